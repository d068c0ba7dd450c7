import { describe, expect, test } from "vitest";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { familyOf, familyQuery } from "../../../../src/detection/collect/prometheus/family-queries.ts";
import { kubeletQueries } from "../../../../src/detection/collect/prometheus/kubelet-queries.ts";
import { createPrometheusPoints } from "../../../../src/detection/collect/prometheus/prometheus-points.ts";
import { newestSampleQuery } from "../../../../src/detection/collect/prometheus/server-queries.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import { run, second, server, start } from "../../../support/prometheus-rounds.ts";

const latest = (signals: readonly Signal[]) => {
  const found = new Map<string, number>();
  for (const signal of signals)
    if (signal.type === "derived")
      for (const { name, labels, value } of signal.points) found.set([name, ...Object.values(labels)].join(" "), value);
  return Object.fromEntries(found);
};

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

  test("what a cluster's own parts count comes after applications, where not all can be asked for", async () => {
    const { reader, asked } = server();
    const parts = ["apiserver", "argocd", "cilium", "etcd", "grafana"].flatMap((part) =>
      ["a", "b", "c", "d", "e"].flatMap((one) =>
        ["bucket", "count", "sum"].map((suffix) => `${part}_${one}_request_duration_seconds_${suffix}`),
      ),
    );
    await run({ ...reader, labelValues: async () => ({ result: [...parts, "http_requests_total"] }) }, 30_000);
    expect(asked.filter((expr) => expr.includes("(http_requests_total{"))).not.toEqual([]);
    expect(asked.filter((expr) => expr.includes("(apiserver_a_"))).not.toEqual([]);
  });

  test("of a server that has several clusters only the own one is asked for", async () => {
    const { reader, asked } = server((expr) =>
      expr.startsWith("max(timestamp(up")
        ? [{ labels: {}, value: start / second }]
        : expr.includes("by (namespace,pod) (up{")
          ? [{ labels: { namespace: "shop", pod: "web-1" }, value: 1 }]
          : undefined,
    );
    await run(reader, 60_000, { namespaces: ["shop"], matchers: { cluster: 'ber"lin' } });
    expect(asked.length).toBeGreaterThan(30);
    const selectors = asked.flatMap((expr) => expr.match(/\b(?:up|[a-z]+_[a-z_]+)\b(?=[{ )[])(?:\{[^}]*\})?/g) ?? []);
    const metrics = selectors.filter((text) => /^(?:up|container_|machine_|kube|http_)/.test(text));
    expect(metrics.length).toBeGreaterThan(60);
    expect(metrics.filter((text) => !text.includes('cluster="ber\\"lin"'))).toEqual([]);
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

  test.each([
    { part: "bucket", kind: "bucket" },
    { part: "sum", kind: "counter" },
    { part: "count", kind: "counter" },
  ])("orders_processing_$part is asked for when its histogram is named", ({ part, kind }) => {
    const name = `orders_processing_${part}`;
    expect(familyOf(name)).toBeUndefined();
    expect(familyOf(name, new Set(["orders_processing"]))?.kind).toBe(kind);
  });

  test("labels of the server's own are asked for by their names", () => {
    const family = familyOf("http_requests_total");
    expect(family && familyQuery(family, scope).expr).toContain("sum by (ns,pod_name,code,");
  });
});
