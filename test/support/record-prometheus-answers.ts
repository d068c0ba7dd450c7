/**
 * Records what a real Prometheus answers to the queries of the Prometheus source over a stretch of a recording, for
 * `prometheus-same-numbers.test.ts`. Run it again when a query changes: `node test/support/record-prometheus-answers.ts`.
 */
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { createPrometheusClient } from "../../src/adapters/prometheus/prometheus-client.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { answersFile, bothWays, comparedStretch, type RecordedAnswers, recordingFolder } from "./both-ways.ts";
import { findProgram, startPrometheus } from "./prometheus-server.ts";

const [prometheus, promtool] = await Promise.all([findProgram("prometheus"), findProgram("promtool")]);
if (!prometheus || !promtool) throw new Error("prometheus and promtool must be installed");
const recording = await loadRecording(recordingFolder);
await using server = await startPrometheus(prometheus, promtool, recording.series);
const client = createPrometheusClient({ url: server.url });
const answers: RecordedAnswers = { names: [], queries: {} };
await bothWays(
  recording,
  {
    async query(expr, request) {
      const answer = await client.query(expr, request);
      const times = answers.queries[expr] ?? {};
      answers.queries[expr] = times;
      times[request.at] = answer.result.map(({ labels, value }) => [labels, String(value)]);
      return answer;
    },
    async labelValues(label, request) {
      const answer = await client.labelValues(label, request);
      answers.names = answer.result;
      return answer;
    },
  },
  comparedStretch(recording),
);
await writeFile(answersFile, gzipSync(JSON.stringify(answers), { level: 9 }));
