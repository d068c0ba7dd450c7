import { describe, expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { type PrometheusReader, prometheusSource } from "../../../../src/detection/collect/prometheus.ts";
import { createPrometheusPoints } from "../../../../src/detection/collect/prometheus-points.ts";
import {
  familyOf,
  familyQuery,
  intervalQuery,
  kubeletQueries,
  newestSampleQuery,
} from "../../../../src/detection/collect/prometheus-queries.ts";
import { createDetectionEngine } from "../../../../src/detection/engine.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import { createManualClock } from "../../../../src/replay/virtual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const second = 1_000;
type Element = { labels: Record<string, string>; value: number };
type Answer = Element[] | Error;

/** A server that scrapes every 15 s and knows two pods; `change` may answer a query in its place. */
function server(change: (expr: string, at: number) => Answer | undefined = () => undefined) {
  const asked: string[] = [];
  const pods = (value: number, more: Record<string, string> = {}) =>
    ["web-1", "web-2"].map((pod) => ({ labels: { namespace: "shop", pod, ...more }, value }));
  const normal = (expr: string, at: number): Element[] => {
    if (expr === newestSampleQuery) return [{ labels: {}, value: at / second - 3 }];
    if (expr === intervalQuery) return [{ labels: {}, value: 15 }];
    if (expr.includes("http_requests_total"))
      return [...pods(2, { code: "200", route: "/" }), ...pods(0.5, { code: "500", route: "/" })];
    if (expr.startsWith("min by (namespace,pod) (up")) return pods(1);
    return [];
  };
  const reader: PrometheusReader = {
    async query(expr, { at }) {
      asked.push(expr);
      const answer = change(expr, at) ?? normal(expr, at);
      if (answer instanceof Error) throw answer;
      return { result: answer, warnings: [] };
    },
    async labelValues(_label, { to }) {
      const answer = change("names", to);
      if (answer instanceof Error) throw answer;
      return { result: ["http_requests_total", "go_goroutines", "up"] };
    },
  };
  return { reader, asked };
}

async function run(
  reader: PrometheusReader,
  ms: number,
  options: { namespaces?: string[]; onSignal?: (signal: Signal) => void; onTick?: (at: number) => void } = {},
) {
  const clock = createManualClock(start);
  const stopping = new AbortController();
  const signals: Signal[] = [];
  const running = prometheusSource({
    reader,
    clock,
    signal: stopping.signal,
    namespaces: options.namespaces ?? [],
    workloadOf: (namespace, pod) =>
      namespace === "shop" && pod.startsWith("web-") ? { workload: "web", createdAt: 0 } : undefined,
    emit(signal) {
      signals.push(signal);
      options.onSignal?.(signal);
    },
  });
  for (let passed = 0; passed < ms; passed += 15_000) {
    await clock.advance(15_000);
    options.onTick?.(clock.now());
  }
  stopping.abort();
  await running;
  return signals;
}

const latest = (signals: readonly Signal[]) => {
  const found = new Map<string, number>();
  for (const signal of signals)
    if (signal.type === "derived")
      for (const { name, labels, value } of signal.points) found.set([name, ...Object.values(labels)].join(" "), value);
  return Object.fromEntries(found);
};
const sights = (signals: readonly Signal[]) =>
  signals.flatMap((signal) =>
    signal.type === "source" ? [`${signal.ok ? "sees" : "blind"} @${(signal.at - start) / second}`] : [],
  );

describe("the derived series from rates of a server", () => {
  test("pods become their workload, routes and codes keep their meaning", async () => {
    const points = latest(await run(server().reader, 60_000));
    expect(points).toMatchObject({
      "requests_per_second shop web": 5,
      "errors_per_second shop web": 1,
      "error_ratio shop web": 0.2,
      "route_requests_per_second shop web /": 5,
      "pod_requests_per_second shop web web-1": 2.5,
      "scrape_up shop web-2": 1,
    });
  });

  test.each([
    { name: "not a number", value: Number.NaN },
    { name: "infinite", value: Number.POSITIVE_INFINITY },
  ])("a value that is $name is left out, the rest stays", async ({ value }) => {
    const { reader } = server((expr) =>
      expr.includes("http_requests_total")
        ? [
            { labels: { namespace: "shop", pod: "web-1", code: "200" }, value },
            { labels: { namespace: "shop", pod: "web-2", code: "200" }, value: 3 },
          ]
        : undefined,
    );
    expect(latest(await run(reader, 60_000))["requests_per_second shop web"]).toBe(3);
  });

  test("a pod that the cluster does not know says nothing", async () => {
    const { reader } = server((expr) =>
      expr.includes("http_requests_total")
        ? [{ labels: { namespace: "other", pod: "x", code: "200" }, value: 9 }]
        : undefined,
    );
    expect(Object.keys(latest(await run(reader, 30_000))).filter((key) => key.includes("requests"))).toEqual([]);
  });

  test("a gap in the answers is a gap in the series, not a jump after it", async () => {
    const { reader } = server((expr, at) =>
      expr.includes("http_requests_total") && at - start >= 60_000 && at - start < 120_000
        ? new Error("busy")
        : undefined,
    );
    const rates: (readonly [number, number])[] = [];
    await run(reader, 240_000, {
      onSignal(signal) {
        if (signal.type === "derived")
          for (const { name, at, value } of signal.points)
            if (name === "requests_per_second") rates.push([(at - start) / second, value]);
      },
    });
    expect(new Set(rates.filter(([at]) => at < 60 || at >= 120).map(([, value]) => value))).toEqual(new Set([5]));
  });

  test("a clock that jumps back and forth makes no jump in the numbers", () => {
    const labels = { namespace: "namespace", pod: "pod" };
    const made = createPrometheusPoints({
      labels,
      windowSeconds: 60,
      workloadOf: () => ({ workload: "web", createdAt: 0 }),
    });
    const query = { metric: "http_requests_total", kind: "rate", expr: "" } as const;
    const result = [{ labels: { namespace: "shop", pod: "web-1", code: "200" }, value: 4 }];
    const rates = [0, 15, 30, -3_600, 31, 31, 3_600, 3_615].map(
      (after) =>
        made.take([{ query, result }], start + after * second).find(({ name }) => name === "requests_per_second")
          ?.value,
    );
    const same = expect.closeTo(4) as number;
    expect(rates).toEqual([same, same, same, undefined, same, undefined, same, same]);
  });

  test("one query a family and round, however many pods there are", async () => {
    const { reader, asked } = server();
    await run(reader, 30_000);
    expect(asked.length).toBeLessThan(100);
    expect(asked.filter((expr) => expr.includes("web-"))).toEqual([]);
    const round = asked.slice(asked.lastIndexOf(newestSampleQuery));
    expect(new Set(round).size).toBe(round.length);
  });

  test("a family with too many routes is asked for again without them", async () => {
    const { reader, asked } = server((expr) =>
      expr.includes("http_route,") && expr.includes("http_requests_total")
        ? new AppError("prometheus-too-many-series", "too many")
        : undefined,
    );
    const points = latest(await run(reader, 60_000));
    expect(points["requests_per_second shop web"]).toBe(5);
    expect(asked.filter((expr) => expr.includes("http_route,")).length).toBe(1);
  });
});

describe("promise D6: silence is an alarm within two minutes, and nothing is told twice", () => {
  const broken = start + 60_000;
  const cases: { name: string; change: (expr: string, at: number) => Answer | undefined; says: string }[] = [
    {
      name: "Prometheus is down",
      change: (_expr, at) => (at >= broken ? new Error("connection refused") : undefined),
      says: "connection refused",
    },
    { name: "every answer is empty", change: (_expr, at) => (at >= broken ? [] : undefined), says: "has no sample" },
    {
      name: "samples are stale",
      change: (expr, at) =>
        at >= broken && expr === newestSampleQuery ? [{ labels: {}, value: broken / second - 3 }] : undefined,
      says: "newest sample",
    },
    {
      name: "nothing is known of the pods any more",
      change: (expr, at) => (at >= broken && expr !== newestSampleQuery ? [] : undefined),
      says: "nothing about the watched pods",
    },
    {
      name: "most queries fail",
      change: (expr, at) => (at >= broken && expr !== newestSampleQuery ? new Error("query timed out") : undefined),
      says: "query timed out",
    },
  ];
  test.each(cases)("$name", async ({ change, says }) => {
    const engine = createDetectionEngine({ observation: createObservation({ cluster: "test" }), nextId: () => "1" });
    const seen: { at: number; summary: string }[] = [];
    const signals = await run(server(change).reader, 300_000, {
      onSignal: (signal) => engine.ingest(signal),
      onTick(at) {
        const blind = engine.tick(at).active.find(({ family }) => family === "blind");
        if (blind) seen.push({ at, summary: blind.summary });
      },
    });
    expect(sights(signals)).toEqual(["sees @0", expect.stringMatching(/^blind/) as string]);
    expect((seen[0]?.at ?? Number.POSITIVE_INFINITY) - broken).toBeLessThanOrEqual(120_000);
    expect(seen[0]?.summary).toContain(says);
  });

  test("it is told when sight is back, and a moment of silence is not told at all", async () => {
    const moment = server((_expr, at) =>
      at - start >= 60_000 && at - start < 90_000 ? new Error("reset") : undefined,
    );
    expect(sights(await run(moment.reader, 180_000))).toEqual(["sees @0"]);
    const long = server((_expr, at) => (at - start >= 60_000 && at - start < 180_000 ? new Error("reset") : undefined));
    expect(sights(await run(long.reader, 300_000))).toEqual(["sees @0", "blind @105", "sees @180"]);
  });

  test("points of a server that has stopped scraping are not passed off as new", async () => {
    const { reader } = server((expr, at) =>
      at >= broken && expr === newestSampleQuery ? [{ labels: {}, value: broken / second - 3 }] : undefined,
    );
    const times = (await run(reader, 300_000)).flatMap((signal) => (signal.type === "derived" ? [signal.at] : []));
    expect(Math.max(...times)).toBeLessThanOrEqual(broken + 75_000);
  });
});

describe("queries", () => {
  const scope = {
    windowSeconds: 60,
    intervalSeconds: 15,
    namespaces: ['a|b"', "shop"],
    labels: { namespace: "ns", pod: "pod_name" },
  };

  test("namespaces cannot break out of their matcher", () => {
    for (const { expr } of kubeletQueries(scope))
      if (expr.includes("namespace=~")) expect(expr).toContain('namespace=~"a[|]b["]|shop"');
  });

  test.each([
    { name: "http_requests_total", kind: "counter" },
    { name: "http_request_duration_seconds_bucket", kind: "bucket" },
    { name: "http_client_requests_total", kind: "counter" },
    { name: "istio_requests_total", kind: "counter" },
    { name: "hikaricp_connections_pending", kind: "gauge" },
    { name: "db_pool_connections", kind: "gauge" },
    { name: "nodejs_eventloop_lag_seconds", kind: "gauge" },
    { name: "app_errors_total", kind: "counter" },
    { name: "go_goroutines", kind: undefined },
    { name: "container_cpu_usage_seconds_total", kind: undefined },
  ])("$name is a $kind by its name", ({ name, kind }) => expect(familyOf(name)?.kind).toBe(kind));

  test("labels of the server's own are asked for by their names", () => {
    const family = familyOf("http_requests_total");
    expect(family && familyQuery(family, scope).expr).toContain("sum by (ns,pod_name,code,");
  });
});
