import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import {
  answersFile,
  bothWays,
  type Compared,
  comparedStretch,
  type RecordedAnswers,
  recordingFolder,
  stretchOf,
} from "../../../support/both-ways.ts";
import { httpFake } from "../../../support/http-fake.ts";
import { findProgram, startPrometheus } from "../../../support/prometheus-server.ts";

const [prometheus, promtool] = await Promise.all([findProgram("prometheus"), findProgram("promtool")]);
let recording: Recording;
beforeAll(async () => {
  recording = await loadRecording(recordingFolder);
});

const apart = ({ scraped = 0, asked = 0 }: Compared) =>
  Math.abs(scraped - asked) / Math.max(1e-9, Math.abs(scraped), Math.abs(asked));
const at = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

/** Of everything that has run for the whole window: the same series, and the same values. */
function expectSameNumbers(all: readonly Compared[], seriesNames: number): void {
  const rows = all.filter(({ settled }) => settled);
  const names = new Set(rows.map(({ name }) => name));
  expect(names.size).toBeGreaterThanOrEqual(seriesNames);
  for (const name of names) {
    const own = rows.filter((row) => row.name === name);
    const onlyOneWay = own.filter(({ scraped, asked }) => (scraped === undefined) !== (asked === undefined));
    const differences = own.map(apart).sort((a, b) => a - b);
    expect({ name, onlyOneWay }).toEqual({ name, onlyOneWay: [] });
    expect({
      name,
      middle: at(differences, 0.5) < 1e-6,
      most: at(differences, 0.9) < 0.02,
      all: at(differences, 1) < 0.15,
    }).toEqual({ name, middle: true, most: true, all: true });
  }
}

describe("a Prometheus and direct scraping give the same numbers", () => {
  test("from answers of a real server, recorded over a memory limit that is too low", async () => {
    const answers = JSON.parse(gunzipSync(await readFile(answersFile)).toString()) as RecordedAnswers;
    const unknown: string[] = [];
    await using fake = await httpFake(({ path, params }) => {
      if (path.endsWith("/values")) return { body: { status: "success", data: answers.names } };
      const time = Number(params.get("time"));
      const found = answers.queries[params.get("query") ?? ""]?.[time * 1_000];
      if (!found) unknown.push(params.get("query") ?? "");
      const result = (found ?? []).map(([metric, value]) => ({ metric, value: [time, value] }));
      return { body: { status: "success", data: { resultType: "vector", result } } };
    });
    const rows = await bothWays(recording, createPrometheusClient({ url: fake.url }), comparedStretch(recording));
    expect(unknown).toEqual([]);
    expectSameNumbers(rows, 32);
    const errors = rows.filter(({ name, key }) => name === "errors_per_second" && key.includes("frontend"));
    expect(errors.at(-1)?.scraped).toBeGreaterThan(0.3);
    expect(errors.at(-1)?.asked).toBeGreaterThan(0.3);
  });

  test.skipIf(!prometheus || !promtool)("from a real server that is filled with the recording", async () => {
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", recording.series);
    const client = createPrometheusClient({ url: server.url });
    const rows = await bothWays(recording, client, stretchOf(recording, 60_000, 360_000));
    expectSameNumbers(rows, 36);
  });
});
