import { describe, expect, test } from "vitest";
import { createPrometheusClient } from "../../../../src/adapters/prometheus/prometheus-client.ts";
import type { DerivedPoint } from "../../../../src/cluster/signal.ts";
import { histogramQuantile } from "../../../../src/detection/collect/derive/derive-requests.ts";
import { nativeFamiliesOf } from "../../../../src/detection/collect/prometheus/family-queries.ts";
import { classicBuckets } from "../../../../src/detection/collect/prometheus/native-histogram.ts";
import { prometheusSource } from "../../../../src/detection/collect/prometheus/prometheus.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { findProgram, startPrometheus } from "../../../support/prometheus-server.ts";
import { remoteWriteBody, type WrittenSample } from "../../../support/remote-write.ts";

const [prometheus, promtool] = await Promise.all([findProgram("prometheus"), findProgram("promtool")]);

describe("which histograms are read natively", () => {
  const duration = "http_server_request_duration_seconds";
  const partsOf = (...names: readonly string[]) =>
    nativeFamiliesOf(names).map(({ metric, native }) => `${metric}${native?.besideClassic ? " beside" : ""}`);

  test("those without classic buckets, and those of other pods that have some", () => {
    expect(partsOf(duration)).toEqual([`${duration}_count`, `${duration}_sum`, `${duration}_bucket`]);
    expect(partsOf(duration, `${duration}_bucket`, `${duration}_count`)).toEqual([
      `${duration}_count beside`,
      `${duration}_sum beside`,
      `${duration}_bucket beside`,
    ]);
  });

  test("no summaries, no gauges of other things, no names that are parts of classic ones", () => {
    expect(partsOf(duration, `${duration}_count`, `${duration}_sum`)).toEqual([]);
    expect(partsOf("process_start_time_seconds", "go_goroutines")).toEqual([]);
    expect(partsOf(`${duration}_bucket`, `${duration}_count`, `${duration}_sum`)).toEqual([]);
  });

  test("those that the configuration names", () => {
    const named = new Set(["orders_processing"]);
    expect(nativeFamiliesOf(["orders_processing"], named).map(({ metric }) => metric)).toContain(
      "orders_processing_bucket",
    );
  });
});

describe("classic buckets of a native histogram", () => {
  const fine = (values: readonly number[]) => {
    const counts = Map.groupBy(values, (value) => Math.ceil(8 * Math.log2(value)));
    return [...counts]
      .sort(([a], [b]) => a - b)
      .map(([index, inside]) => ({ upper: 2 ** (index / 8), count: inside.length }));
  };
  const quantile = (q: number, values: readonly number[], unit: number) =>
    histogramQuantile(
      q,
      classicBuckets(fine(values), values.length, unit).map(({ le, count }) => [
        le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le) * unit,
        count,
      ]),
    );
  const random = seededRandom(5);
  const seconds = Array.from({ length: 5_000 }, () => 0.05 * Math.exp(1.2 * (random() + random() + random() - 1.5)));

  test.each([0.5, 0.95, 0.99])("quantile %d is that of the values to a fifth, in seconds and milliseconds", (q) => {
    const sorted = seconds.toSorted((a, b) => a - b);
    const truth = sorted[Math.floor(q * sorted.length)] ?? Number.NaN;
    const milliseconds = seconds.map((value) => value * 1_000);
    for (const told of [quantile(q, seconds, 1), quantile(q, milliseconds, 1e-3)]) {
      expect(told / truth).toBeGreaterThan(0.8);
      expect(told / truth).toBeLessThan(1.2);
    }
  });

  test("counts never fall, bounds are those of every other histogram, and there are at most 60", () => {
    const wild = [1e-12, 3e-5, 0.001, 7, 1e6, 1e12].map((upper) => ({ upper, count: 2 }));
    const made = classicBuckets([{ upper: 0, count: 3 }, ...wild], 15, 1);
    expect(made.length).toBeLessThanOrEqual(60);
    expect(made.map(({ count }) => count)).toEqual(made.map(({ count }) => count).toSorted((a, b) => a - b));
    expect(made.at(-1)).toEqual({ le: "+Inf", count: 15 });
    const other = new Set(classicBuckets([{ upper: 5, count: 1 }], 1, 1).map(({ le }) => le));
    expect(made.filter(({ le }) => other.has(le)).length).toBe(other.size);
  });

  test("an empty one holds nothing", () => {
    expect(classicBuckets([], 0, 1)).toEqual([{ le: "+Inf", count: 0 }]);
  });
});

/** Three workloads with the same requests: one keeps classic buckets, one a native histogram, one both. */
async function writeRequests(url: string, from: number, to: number): Promise<void> {
  const name = "http_server_request_duration_seconds";
  const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
  const random = seededRandom(3);
  const seen: Record<string, number[]> = { "200": [], "503": [] };
  for (let at = from; at <= to; at += 5_000) {
    for (let i = 0; i < 40; i++)
      seen[random() < 0.1 ? "503" : "200"]?.push(0.03 * Math.exp(1.5 * (random() + random() - 1)));
    const samples = ["classic", "native", "both"].flatMap((kind): WrittenSample[] => {
      const pod = { namespace: "shop", pod: `${kind}-0`, job: "pods", instance: `${kind}:80` };
      const own = Object.entries(seen).flatMap(([status, values]): WrittenSample[] => {
        const labels = { ...pod, http_response_status_code: status, http_route: "/items" };
        const classic = [...bounds, Number.POSITIVE_INFINITY].map((le) => ({
          labels: { __name__: `${name}_bucket`, ...labels, le: Number.isFinite(le) ? String(le) : "+Inf" },
          sample: values.filter((value) => value <= le).length,
        }));
        const sum = values.reduce((total, value) => total + value, 0);
        return [
          ...(kind === "native" ? [] : classic),
          ...(kind === "native"
            ? []
            : [
                { labels: { __name__: `${name}_sum`, ...labels }, sample: sum },
                { labels: { __name__: `${name}_count`, ...labels }, sample: values.length },
              ]),
          ...(kind === "classic" ? [] : [{ labels: { __name__: name, ...labels }, sample: values }]),
        ];
      });
      return [{ labels: { __name__: "up", ...pod }, sample: 1 }, ...own];
    });
    const response = await fetch(`${url}/api/v1/write`, {
      method: "POST",
      headers: { "content-encoding": "snappy", "content-type": "application/x-protobuf" },
      body: new Uint8Array(remoteWriteBody(samples, at)),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

test.skipIf(!prometheus || !promtool)(
  "a real server: native and classic histograms give the same numbers",
  async () => {
    const flags = ["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"];
    await using server = await startPrometheus(prometheus ?? "", promtool ?? "", [], flags);
    const to = Math.floor(Date.now() / 5_000) * 5_000;
    const from = to - 300_000;
    await writeRequests(server.url, from, to);
    const clock = createManualClock(to - 120_000);
    const stopping = new AbortController();
    const points: DerivedPoint[] = [];
    const blind: string[] = [];
    const asking = prometheusSource({
      reader: createPrometheusClient({ url: server.url }),
      clock,
      signal: stopping.signal,
      intervalMs: 15_000,
      workloadOf: (_, pod) => ({ workload: pod.replace("-0", ""), createdAt: from }),
      emit(signal) {
        if (signal.type === "derived") points.push(...signal.points);
        if (signal.type === "source" && !signal.ok) blind.push(signal.detail);
      },
    });
    for (let round = 0; round < 7; round++) {
      while (clock.sleeping === 0) await new Promise((turn) => setImmediate(turn));
      await clock.advance(15_000);
    }
    while (clock.sleeping === 0) await new Promise((turn) => setImmediate(turn));
    stopping.abort();
    await asking;
    expect(blind).toEqual([]);
    const last = (name: string, workload: string) =>
      points.findLast((point) => point.name === name && point.labels["workload"] === workload)?.value ?? Number.NaN;
    for (const kind of ["native", "both"]) {
      for (const name of ["requests_per_second", "error_ratio", "latency_mean_seconds"])
        expect(last(name, kind), `${name} of ${kind}`).toBeCloseTo(last(name, "classic"), 6);
      const ratio = last("latency_p95_seconds", kind) / last("latency_p95_seconds", "classic");
      expect(ratio, kind).toBeGreaterThan(0.8);
      expect(ratio, kind).toBeLessThan(1.25);
    }
    expect(last("requests_per_second", "native")).toBeCloseTo(8, 1);
  },
);
