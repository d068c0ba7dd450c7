import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import { loadRecording, type RecordedSeries, type Recording } from "../../../../src/replay/recording/load-recording.ts";
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

  test.skipIf(!prometheus || !promtool)("of what fills up: volumes, file descriptors, several disks", async () => {
    const filling = { ...recording, series: [...recording.series, ...whatFillsUp(recording)] };
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", filling.series);
    const client = createPrometheusClient({ url: server.url });
    const rows = await bothWays(filling, client, stretchOf(filling, 60_000, 240_000));
    const names = new Set(["volume_used_ratio", "open_fds_ratio", "node_filesystem_ratio"]);
    expectSameNumbers(
      rows.filter(({ name }) => names.has(name)),
      3,
    );
    const last = (name: string) => rows.findLast((row) => row.name === name)?.asked;
    expect(last("volume_used_ratio")).toBeGreaterThan(0.5);
    expect(last("open_fds_ratio")).toBeGreaterThan(0.2);
    // The fullest of two disks of the kubelet's size, not the usage of one over the size of another.
    expect(last("node_filesystem_ratio")).toBeGreaterThan(0.88);
    expect(last("node_filesystem_ratio")).toBeLessThan(0.93);
  });
});

/** What the sample shop does not have, with the labels that a Prometheus gives it. */
function whatFillsUp({ start, end, series }: Recording): RecordedSeries[] {
  const disk = series.find(({ name }) => name === "container_fs_usage_bytes");
  const web = series.find(({ name, labels }) => name === "up" && labels["app"] === "frontend");
  if (!disk || !web) throw new Error("the recording has no disk, or no frontend");
  const times = Array.from({ length: Math.floor((end - start) / 5_000) }, (_, i) => start + i * 5_000 + 700);
  const made = (name: string, labels: Readonly<Record<string, string>>, valueAt: (i: number) => number) => ({
    name,
    labels,
    times: Float64Array.from(times),
    values: Float64Array.from(times, (_, i) => valueAt(i)),
  });
  const kubelet = { job: "kubelet", instance: disk.labels["instance"] ?? "", node: disk.labels["node"] ?? "" };
  const claim = { ...kubelet, namespace: web.labels["namespace"] ?? "", persistentvolumeclaim: "orders-data" };
  const second = { ...disk.labels, device: "/dev/vdb1" };
  const size = series.find(({ name }) => name === "container_fs_limit_bytes")?.values[0] ?? 0;
  const volume = { ...disk.labels, device: "/dev/vdc" };
  const memory = { ...disk.labels, device: "/dev/shm" };
  return [
    made("kubelet_volume_stats_capacity_bytes", claim, () => 2 ** 30),
    made("kubelet_volume_stats_used_bytes", claim, (i) => (0.5 + i / 2_000) * 2 ** 30),
    made("process_max_fds", web.labels, () => 1_024),
    made("process_open_fds", web.labels, (i) => 200 + i),
    made("container_fs_limit_bytes", second, () => size),
    made("container_fs_usage_bytes", second, (i) => (0.9 + (i % 5) / 1_000) * size),
    made("container_fs_limit_bytes", volume, () => 2 ** 34),
    made("container_fs_usage_bytes", volume, () => 0.97 * 2 ** 34),
    made("container_fs_limit_bytes", memory, () => 1_000),
    made("container_fs_usage_bytes", memory, () => 999),
  ];
}
