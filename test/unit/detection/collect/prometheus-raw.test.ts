import { beforeAll, describe, expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { prometheusRawSource, rawSelectors } from "../../../../src/detection/collect/prometheus/prometheus-raw.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { recordingFolder } from "../../../support/both-ways.ts";
import { findProgram, startPrometheus } from "../../../support/prometheus-server.ts";

const [prometheus, promtool] = await Promise.all([findProgram("prometheus"), findProgram("promtool")]);
const labels = { namespace: "namespace", pod: "pod" };

test("what is asked for: kubelets, nodes, applications by the conventions, calls told by others", () => {
  const names = ["http_requests_total", "istio_requests_total", "traces_service_graph_request_total", "up"];
  const selectors = rawSelectors(names, ["shop", "a.b"], { namespace: "exported_namespace", pod: "pod" });
  const one = (name: string) => selectors.filter((selector) => selector.includes(name));
  expect(one("container_processes")).toEqual([
    expect.stringContaining('pod!="",namespace=~"shop|a[.]b"}'),
    expect.stringContaining('id="/"}'),
  ]);
  expect(one("machine_cpu_cores")).toEqual(['{__name__=~"machine_cpu_cores|machine_memory_bytes"}']);
  expect(one("http_requests_total")).toEqual([
    '{__name__=~"up|http_requests_total|istio_requests_total",exported_namespace=~"shop|a[.]b"}',
  ]);
  expect(one("traces_service_graph")).toEqual(['{__name__=~"traces_service_graph_request_total"}']);
});

describe.skipIf(prometheus === undefined || promtool === undefined)("against a real Prometheus", () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await loadRecording(recordingFolder);
  });

  test("every sample it has scraped is told once, with its value and its time", async () => {
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", recording.series);
    const from = recording.start + 5 * 60_000;
    const to = from + 2 * 60_000;
    let now = from;
    const stopping = new AbortController();
    const told = new Map<string, number[]>();
    const keyOf = (name: string, own: Readonly<Record<string, string>>) =>
      JSON.stringify([name, ...Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const problems: Signal[] = [];
    await prometheusRawSource({
      reader: createPrometheusClient({ url: server.url }),
      clock: {
        now: () => now,
        async sleep(ms) {
          now += ms;
          if (now > to) stopping.abort();
        },
      },
      emit: (signal) => {
        if (signal.type !== "samples") return void problems.push(signal);
        for (const { series, at, value } of signal.samples) {
          const key = keyOf(series.name, series.labels);
          told.set(key, [...(told.get(key) ?? []), at, value]);
        }
      },
      signal: stopping.signal,
      namespaces: ["sock-shop"],
      intervalMs: 15_000,
      labels,
    });
    expect(problems).toEqual([]);
    let compared = 0;
    for (const { name, labels: own, times, values } of recording.series) {
      const seen = told.get(keyOf(name, own));
      if (!seen) continue;
      const first = seen[0] ?? 0;
      const want = Array.from(times).flatMap((at, i) => (at >= first && at <= to ? [at, values[i] ?? Number.NaN] : []));
      // What came after the last round is not told.
      expect(seen, name).toEqual(want.slice(0, seen.length));
      expect(want.length - seen.length, name).toBeLessThanOrEqual(2 * 6);
      compared++;
    }
    expect(compared).toBeGreaterThan(200);
    const names = new Set([...told.keys()].map((key) => (JSON.parse(key) as [string])[0]));
    for (const name of ["container_cpu_usage_seconds_total", "machine_cpu_cores", "http_requests_total", "up"])
      expect(names, name).toContain(name);
  });
});
