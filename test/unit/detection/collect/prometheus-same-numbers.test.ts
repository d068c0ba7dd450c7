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

/** Arrival times differ by up to a second; that is all that may be different. */
function expectSameNumbers(all: readonly Compared[]): void {
  const rows = all.filter(({ settled }) => settled);
  const scrapedNames = new Set(rows.filter(({ scraped }) => scraped !== undefined).map(({ name }) => name));
  expect(scrapedNames.size).toBeGreaterThanOrEqual(35);
  for (const name of scrapedNames) {
    const own = rows.filter((row) => row.name === name);
    const both = own.filter(({ scraped, asked }) => scraped !== undefined && asked !== undefined);
    const differences = both.map(apart).sort((a, b) => a - b);
    const missing = own.filter(({ asked }) => asked === undefined).length / own.length;
    // A gauge such as the event loop's lag is another one a second later; its size is compared by the median.
    const shaky = name === "eventloop_lag_seconds";
    expect({
      name,
      half: at(differences, 0.5) <= 0.01,
      most: shaky || at(differences, 0.9) <= 0.1,
      missing: missing <= 0.05,
    }).toEqual({
      name,
      half: true,
      most: true,
      missing: true,
    });
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
    expectSameNumbers(rows);
    const errors = rows.filter(({ name, key }) => name === "errors_per_second" && key.includes("frontend"));
    expect(errors.at(-1)?.scraped).toBeGreaterThan(0.3);
    expect(errors.at(-1)?.asked).toBeGreaterThan(0.3);
  });

  test.skipIf(!prometheus || !promtool)("from a real server that is filled with the recording", async () => {
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", recording.series);
    const from = recording.start + 60_000;
    const rows = await bothWays(recording, createPrometheusClient({ url: server.url }), {
      from,
      compareFrom: from + 75_000,
      to: from + 300_000,
    });
    expectSameNumbers(rows);
  });
});
