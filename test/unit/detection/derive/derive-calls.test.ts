import { describe, expect, test } from "vitest";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import type { RawSeries } from "../../../../src/cluster/signal.ts";
import { type CallSeries, callFamilyOf, callOf } from "../../../../src/detection/collect/derive/call-conventions.ts";
import { createDeriver } from "../../../../src/detection/collect/derive/derive.ts";
import { createCallDeriver, type WorkloadNames } from "../../../../src/detection/collect/derive/derive-calls.ts";

type Labels = Record<string, string>;

const graph = { client: "orders", server: "payment" };
const mesh = {
  reporter: "source",
  source_workload: "orders",
  source_workload_namespace: "shop",
  destination_service_name: "payment",
  destination_service_namespace: "shop",
};
const proxy = {
  namespace: "shop",
  pod: "orders-1",
  direction: "outbound",
  dst_deployment: "payment",
  dst_namespace: "shop",
};
const span = { service_name: "orders", span_kind: "SPAN_KIND_CLIENT", peer_service: "payment" };

describe("what traces and meshes tell of calls", () => {
  const told: readonly { name: string; metric: string; labels: Labels; part: CallSeries["part"] | undefined }[] = [
    {
      name: "a service graph counts calls",
      metric: "traces_service_graph_request_total",
      labels: graph,
      part: { kind: "count", error: false },
    },
    {
      name: "and those that failed",
      metric: "traces_service_graph_request_failed_total",
      labels: graph,
      part: { kind: "failed" },
    },
    {
      name: "and how long the far side took",
      metric: "traces_service_graph_request_server_seconds_sum",
      labels: graph,
      part: { kind: "sum", scale: 1, timing: 1 },
    },
    {
      name: "what the caller has waited is the better figure",
      metric: "traces_service_graph_request_client_seconds_bucket",
      labels: { ...graph, le: "0.1" },
      part: { kind: "bucket", le: 0.1, timing: 0 },
    },
    {
      name: "who takes from a queue is not called by who puts there",
      metric: "traces_service_graph_request_total",
      labels: { ...graph, connection_type: "messaging_system" },
      part: undefined,
    },
    {
      name: "users are no workload",
      metric: "traces_service_graph_request_total",
      labels: { client: "user", server: "payment" },
      part: undefined,
    },
    {
      name: "client spans that name their peer",
      metric: "calls_total",
      labels: { ...span, status_code: "STATUS_CODE_ERROR" },
      part: { kind: "count", error: true },
    },
    {
      name: "with a prefix, and in milliseconds",
      metric: "traces_span_metrics_duration_milliseconds_sum",
      labels: span,
      part: { kind: "sum", scale: 1e-3, timing: 0 },
    },
    {
      name: "server spans are no calls",
      metric: "calls_total",
      labels: { ...span, span_kind: "SPAN_KIND_SERVER" },
      part: undefined,
    },
    {
      name: "a client span without a peer says nothing",
      metric: "calls_total",
      labels: { service_name: "orders", span_kind: "SPAN_KIND_CLIENT" },
      part: undefined,
    },
    {
      name: "Istio's calls that were summed over pods",
      metric: "istio_requests_total",
      labels: { ...mesh, response_code: "503" },
      part: { kind: "count", error: true },
    },
    {
      name: "404 is an answer",
      metric: "istio_requests_total",
      labels: { ...mesh, response_code: "404" },
      part: { kind: "count", error: false },
    },
    {
      name: "gRPC says more than HTTP",
      metric: "istio_requests_total",
      labels: { ...mesh, response_code: "200", grpc_response_status: "14" },
      part: { kind: "count", error: true },
    },
    {
      name: "a sidecar's are read as any client's",
      metric: "istio_requests_total",
      labels: { ...mesh, pod: "orders-1", namespace: "shop" },
      part: undefined,
    },
    {
      name: "the far side tells the same calls again",
      metric: "istio_requests_total",
      labels: { ...mesh, reporter: "destination" },
      part: undefined,
    },
    {
      name: "a waypoint tells of others' calls",
      metric: "istio_requests_total",
      labels: { ...mesh, reporter: "waypoint", pod: "waypoint-1", response_code: "200" },
      part: { kind: "count", error: false },
    },
    {
      name: "into nowhere",
      metric: "istio_requests_total",
      labels: { ...mesh, destination_service_name: "BlackHoleCluster", destination_workload: "unknown" },
      part: undefined,
    },
    {
      name: "Linkerd's proxies classify",
      metric: "response_total",
      labels: { ...proxy, classification: "failure" },
      part: { kind: "count", error: true },
    },
    {
      name: "and measure",
      metric: "response_latency_ms_bucket",
      labels: { ...proxy, le: "50" },
      part: { kind: "bucket", le: 0.05, timing: 0 },
    },
    {
      name: "inbound is what the workload serves",
      metric: "response_total",
      labels: { ...proxy, direction: "inbound" },
      part: undefined,
    },
    {
      name: "what applications call so themselves",
      metric: "http_requests_total",
      labels: { namespace: "shop", pod: "orders-1" },
      part: undefined,
    },
  ];
  test.each(told)("$name", ({ metric, labels, part }) => {
    expect(callOf({ name: metric, labels })?.part).toEqual(part);
    if (part) expect(callFamilyOf(metric)?.bucket).toBe(part.kind === "bucket");
  });
});

const tickMs = 5_000;
const start = 1_700_000_000_000;
const names: WorkloadNames = new Map([
  ["orders", [{ namespace: "shop", workload: "orders" }]],
  ["payment", [{ namespace: "shop", workload: "payment" }]],
  ["ledger", [{ namespace: "bank", workload: "ledger" }]],
  ["web", ["shop", "blog"].map((namespace) => ({ namespace, workload: "web" }))],
]);

/** Scrapes `rows(n)` at each of nine ticks; values of the calls of orders by series and peer. */
function derive(rows: (n: number) => readonly (readonly [string, Labels, number])[], maxPerWorkload?: number) {
  const store = createSeriesStore();
  const deriver = createDeriver({
    series: store,
    workloadOf: (_namespace, pod) => ({ workload: pod.replace(/-\w+$/, ""), createdAt: 0 }),
    workloadNames: () => names,
    ...(maxPerWorkload === undefined ? {} : { maxPerWorkload }),
  });
  const known = new Map<string, RawSeries>();
  for (let n = 0; n <= 8; n++) {
    const at = start + n * tickMs;
    const samples = rows(n).map(([name, labels, value]) => {
      const key = name + JSON.stringify(labels);
      const series = known.get(key) ?? { name, labels: { instance: "tempo", job: "traces", ...labels } };
      known.set(key, series);
      return { series, value, at };
    });
    deriver.take(samples, at);
    deriver.flush(at);
  }
  return {
    deriver,
    last: (name: string, peer = "payment", workload = "orders") =>
      store.get(name, { namespace: "shop", workload, peer })?.last,
    peers: () =>
      store.select("client_requests_per_second").map(({ labels }) => `${labels["workload"]}>${labels["peer"]}`),
  };
}

const prefix = "traces_service_graph_request";

describe("calls as series of the caller", () => {
  test("rate, share of errors and latency of an edge, though the series is the collector's own", () => {
    const own = { ...graph, namespace: "monitoring", pod: "tempo-0" };
    const { last } = derive((n) => [
      [`${prefix}_total`, own, 50 * n],
      [`${prefix}_failed_total`, own, 10 * n],
      [`${prefix}_server_seconds_sum`, own, 5 * n],
      [`${prefix}_server_seconds_count`, own, 50 * n],
    ]);
    expect(last("client_requests_per_second")).toBeCloseTo(10);
    expect(last("client_errors_per_second")).toBeCloseTo(2);
    expect(last("client_error_ratio")).toBeCloseTo(0.2);
    expect(last("client_latency_mean_seconds")).toBeCloseTo(0.1);
  });

  test("what the caller has waited is not mixed with what the far side took", () => {
    const { last } = derive((n) => [
      [`${prefix}_client_seconds_count`, graph, 50 * n],
      [`${prefix}_client_seconds_sum`, graph, 100 * n],
      [`${prefix}_server_seconds_count`, graph, 50 * n],
      [`${prefix}_server_seconds_sum`, graph, 5 * n],
    ]);
    expect(last("client_latency_mean_seconds")).toBeCloseTo(2);
  });

  test("who measures himself is believed, and the same calls are not told twice", () => {
    const { last, peers } = derive((n) => [
      ["http_client_requests_total", { namespace: "shop", pod: "orders-1", peer: "payment", code: "200" }, 20 * n],
      [`${prefix}_total`, graph, 50 * n],
    ]);
    expect(last("client_requests_per_second")).toBeCloseTo(4);
    expect(peers()).toEqual(["orders>payment"]);
  });

  test("of several third parties the mesh is believed, whichever was heard first", () => {
    const { last } = derive((n) => [
      ["calls_total", { ...span, status_code: "STATUS_CODE_UNSET" }, 500 * n],
      [`${prefix}_total`, graph, 50 * n],
      ["istio_requests_total", { ...mesh, response_code: "200" }, 30 * n],
      ["istio_requests_total", { ...mesh, response_code: "503" }, 10 * n],
    ]);
    expect(last("client_requests_per_second")).toBeCloseTo(8);
    expect(last("client_error_ratio")).toBeCloseTo(0.25);
  });

  test("a proxy's pod says who calls", () => {
    const { last } = derive((n) => [
      ["response_total", { ...proxy, classification: "success" }, 30 * n],
      ["response_total", { ...proxy, classification: "failure" }, 10 * n],
    ]);
    expect(last("client_requests_per_second")).toBeCloseTo(8);
    expect(last("client_error_ratio")).toBeCloseTo(0.25);
  });

  test("a peer of another namespace is named with it; a caller whose name is not unique, or is none, is nobody", () => {
    const { peers } = derive((n) => [
      [`${prefix}_total`, { client: "orders", server: "ledger" }, n],
      [`${prefix}_total`, { client: "web", server: "payment" }, n],
      [`${prefix}_total`, { client: "web", client_k8s_namespace_name: "shop", server: "payment" }, n],
      [`${prefix}_total`, { client: "elsewhere", server: "payment" }, n],
    ]);
    expect(peers().sort()).toEqual(["orders>ledger.bank", "web>payment"]);
  });

  test("peers are bounded and counted", () => {
    const { peers, deriver } = derive(
      (n) =>
        Array.from({ length: 5 }, (_, i) => [`${prefix}_total`, { client: "orders", server: `host-${i}` }, n] as const),
      3,
    );
    expect(peers()).toHaveLength(3);
    expect(deriver.stats.refusedGroups).toBeGreaterThan(0);
  });

  test("callers are bounded and counted, too", () => {
    const callers = Array.from({ length: 20_001 }, (_, i) => `caller-${i}`);
    const names = new Map(callers.map((workload) => [workload, [{ namespace: "shop", workload }]]));
    const calls = createCallDeriver({
      workloadOf: () => undefined,
      workloadNames: () => names,
      slots: 4,
      maxPerWorkload: 50,
    });
    for (const client of callers) {
      const reading = calls.read({ name: `${prefix}_total`, labels: { client, server: "payment" } });
      if (reading === undefined || reading === "later") throw new Error(`${client} is not read`);
      reading.sink(1, 5, start);
    }
    expect(calls.refused).toBe(1);
  });
});
