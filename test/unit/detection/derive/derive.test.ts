import { describe, expect, test } from "vitest";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import type { RawSeries } from "../../../../src/cluster/signal.ts";
import { createDeriver } from "../../../../src/detection/collect/derive/derive.ts";
import { histogramQuantile } from "../../../../src/detection/collect/derive/derive-requests.ts";

const start = 1_700_000_000_000;
const tickMs = 5_000;

function bench(
  options: { maxRawSeries?: number; maxPerWorkload?: number; createdAt?: number; latencies?: ReadonlySet<string> } = {},
) {
  const series = createSeriesStore();
  const deriver = createDeriver({
    series,
    workloadOf: (_ns, pod) => ({ workload: pod.replace(/-\w+$/, ""), createdAt: options.createdAt ?? 0 }),
    ...options,
  });
  const known = new Map<string, RawSeries>();
  const raw = (name: string, labels: Record<string, string>): RawSeries => {
    const key = name + JSON.stringify(labels);
    const one = known.get(key) ?? { name, labels };
    known.set(key, one);
    return one;
  };
  return {
    series,
    deriver,
    /** One scrape: [name, labels, value]; then a tick. */
    tick(n: number, rows: readonly (readonly [string, Record<string, string>, number, (number | undefined)?])[]) {
      const at = start + n * tickMs;
      deriver.take(
        rows.map(([name, labels, value, time]) => ({
          series: raw(name, { namespace: "shop", ...labels }),
          value,
          at: time ?? at,
        })),
        at,
      );
      deriver.flush(at);
    },
    last: (name: string, labels: Record<string, string>) => series.get(name, { namespace: "shop", ...labels })?.last,
  };
}

const requests = (pod: string, code: string, value: number) =>
  ["http_requests_total", { pod, code, route: "/" }, value] as const;

describe("requests", () => {
  test("rates and ratios are taken over four ticks and all pods of the workload", () => {
    const b = bench();
    for (let n = 0; n <= 8; n++)
      b.tick(n, [requests("web-1", "200", 20 * n), requests("web-2", "200", 10 * n), requests("web-2", "500", 10 * n)]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(8);
    expect(b.last("error_ratio", { workload: "web" })).toBeCloseTo(0.25);
    expect(b.last("pod_error_ratio", { workload: "web", pod: "web-2" })).toBeCloseTo(0.5);
    expect(b.last("route_requests_per_second", { workload: "web", route: "/" })).toBeCloseTo(8);
  });

  test("a release under other names of metrics: each pod is counted by its own", () => {
    const b = bench();
    const renamed = (n: number) =>
      ["http_server_request_duration_seconds_count", { pod: "web-2", http_response_status_code: "200" }, n] as const;
    for (let n = 0; n <= 8; n++) b.tick(n, [requests("web-1", "200", 20 * n)]);
    for (let n = 9; n <= 16; n++) b.tick(n, [requests("web-1", "200", 20 * n), renamed(20 * (n - 9))]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(8);
    for (let n = 17; n <= 24; n++) b.tick(n, [renamed(20 * (n - 9))]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(4);
  });

  test("the first scrape of a new pod counts its requests once, in whatever order its series come", () => {
    const b = bench({ createdAt: start });
    b.tick(0, [
      ["http_request_duration_seconds_count", { pod: "web-1", code: "200" }, 40],
      requests("web-1", "200", 40),
    ]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(8);
  });

  test("of two histograms with other bounds one is taken: that of the application before a sidecar's", () => {
    const b = bench();
    const bucket = (name: string, le: string, n: number) => [`${name}_bucket`, { pod: "web-1", le }, n] as const;
    for (let n = 0; n <= 8; n++)
      b.tick(n, [
        bucket("istio_request_duration_milliseconds", "5000", 10 * n),
        bucket("istio_request_duration_milliseconds", "+Inf", 10 * n),
        ["istio_request_duration_milliseconds_sum", { pod: "web-1" }, 40_000 * n],
        ["istio_request_duration_milliseconds_count", { pod: "web-1" }, 10 * n],
        bucket("http_request_duration_seconds", "0.1", 10 * n),
        bucket("http_request_duration_seconds", "0.2", 10 * n),
        bucket("http_request_duration_seconds", "+Inf", 10 * n),
        ["http_request_duration_seconds_sum", { pod: "web-1" }, n],
        ["http_request_duration_seconds_count", { pod: "web-1" }, 10 * n],
      ]);
    expect(b.last("latency_mean_seconds", { workload: "web" })).toBeCloseTo(0.1);
    expect(b.last("latency_p95_seconds", { workload: "web" })).toBeLessThanOrEqual(0.1);
  });

  test("a counter that falls has started again from zero", () => {
    const b = bench();
    for (const [n, value] of [100, 200, 300, 50, 150].entries()) b.tick(n, [requests("web-1", "200", value)]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(350 / 20);
  });

  test("what a counter stood at when it was first seen is history, but a new label of a known target started at zero", () => {
    const b = bench();
    b.tick(0, [requests("web-1", "200", 1_000_000)]);
    for (let n = 1; n <= 4; n++)
      b.tick(n, [
        requests("web-1", "200", 1_000_000 + 10 * n),
        ...(n >= 3 ? [requests("web-1", "500", 5 * (n - 2))] : []),
      ]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(50 / 20);
    expect(b.last("errors_per_second", { workload: "web" })).toBeCloseTo(10 / 20);
  });

  test("a new pod's first scrape counts, because it started at zero", () => {
    const b = bench({ createdAt: start });
    b.tick(0, [requests("web-1", "500", 7)]);
    expect(b.last("errors_per_second", { workload: "web" })).toBeCloseTo(7 / 5);
  });

  test("missing scrapes are gaps, not zeros", () => {
    const b = bench();
    for (let n = 0; n <= 4; n++) b.tick(n, [requests("web-1", "200", 10 * n)]);
    const points = () => b.series.get("requests_per_second", { namespace: "shop", workload: "web" });
    const before = points()?.length ?? 0;
    for (let n = 5; n <= 9; n++) b.tick(n, []);
    // One tick may go without a scrape; it is read from what the window still covers.
    expect(points()?.length).toBe(before + 1);
    expect(points()?.last).toBeCloseTo(2);
  });

  test("what was counted while scrapes failed is no burst", () => {
    const { tick, last } = bench();
    const labels = { pod: "carts-1" };
    for (let n = 0; n <= 10; n++) tick(n, [["orders_errors_total", labels, n]]);
    expect(last("app_errors_per_second", { workload: "carts", type: "orders_errors" })).toBeCloseTo(0.2);
    for (let n = 11; n < 34; n++) tick(n, []);
    for (let n = 34; n < 38; n++) {
      tick(n, [["orders_errors_total", labels, n]]);
      expect(last("app_errors_per_second", { workload: "carts", type: "orders_errors" })).toBeCloseTo(0.2);
    }
  });

  test("probes and scrapes of a workload are not its traffic", () => {
    const b = bench();
    for (let n = 0; n <= 4; n++)
      b.tick(n, [["http_requests_total", { pod: "web-1", code: "200", path: "/healthz" }, 10 * n]]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeUndefined();
  });

  test("a histogram's count is used only while nothing better is there", () => {
    const b = bench();
    const row = (n: number) =>
      ["http_request_duration_seconds_count", { pod: "web-1", status: "200" }, 10 * n] as const;
    for (let n = 0; n <= 3; n++) b.tick(n, [row(n)]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(2);
    for (let n = 4; n <= 9; n++) b.tick(n, [row(n), requests("web-1", "200", 20 * n)]);
    expect(b.last("requests_per_second", { workload: "web" })).toBeCloseTo(4);
  });

  test("calls to others keep the peer; refusals count as failures there", () => {
    const b = bench();
    for (let n = 0; n <= 4; n++) {
      b.tick(n, [
        ["http_client_requests_total", { pod: "web-1", peer: "carts", code: "200" }, 5 * n],
        ["http_client_requests_total", { pod: "web-1", peer: "carts", code: "403" }, 5 * n],
        ["http_client_requests_total", { pod: "web-1", peer: "carts", code: "404" }, 10 * n],
      ]);
    }
    expect(b.last("client_error_ratio", { workload: "web", peer: "carts" })).toBeCloseTo(0.25);
  });

  test("a histogram that is named says how long requests take, whatever it is called", () => {
    const rows = (n: number) =>
      [
        ["orders_processing_sum", { pod: "orders-1" }, n * 4],
        ["orders_processing_count", { pod: "orders-1" }, n * 10],
        ["orders_processing_bucket", { pod: "orders-1", le: "0.5" }, n * 9],
        ["orders_processing_bucket", { pod: "orders-1", le: "+Inf" }, n * 10],
      ] as const;
    const named = bench({ latencies: new Set(["orders_processing"]) });
    const unnamed = bench();
    for (let n = 0; n <= 6; n++) for (const one of [named, unnamed]) one.tick(n, rows(n));
    expect(named.last("latency_mean_seconds", { workload: "orders" })).toBeCloseTo(0.4);
    expect(named.last("requests_per_second", { workload: "orders" })).toBeCloseTo(2);
    expect(named.last("latency_p50_seconds", { workload: "orders" })).toBeCloseTo(0.5 * (5 / 9));
    expect(unnamed.last("latency_mean_seconds", { workload: "orders" })).toBeUndefined();
  });

  test("means and quantiles from a histogram in milliseconds", () => {
    const b = bench();
    for (let n = 0; n <= 4; n++) {
      const labels = { pod: "web-1" };
      b.tick(n, [
        ["http_server_duration_milliseconds_bucket", { ...labels, le: "100" }, 9 * n],
        ["http_server_duration_milliseconds_bucket", { ...labels, le: "200" }, 10 * n],
        ["http_server_duration_milliseconds_bucket", { ...labels, le: "+Inf" }, 10 * n],
        ["http_server_duration_milliseconds_sum", labels, 600 * n],
        ["http_server_duration_milliseconds_count", labels, 10 * n],
      ]);
    }
    expect(b.last("latency_mean_seconds", { workload: "web" })).toBeCloseTo(0.06);
    expect(b.last("latency_p95_seconds", { workload: "web" })).toBeCloseTo(0.15);
  });
});

describe("containers", () => {
  const cpu = { container: "app", pod: "web-1", id: "/kubepods/x", node: "n" };

  test("rates use the kubelet's own sample times; repeated samples are dropped", () => {
    const b = bench();
    b.tick(0, [["container_cpu_usage_seconds_total", cpu, 10, start - 1_000]]);
    b.tick(1, [["container_cpu_usage_seconds_total", cpu, 13, start + 5_000]]);
    b.tick(2, [["container_cpu_usage_seconds_total", cpu, 13, start + 5_000]]);
    expect(b.last("container_cpu_cores", { pod: "web-1", container: "app" })).toBeCloseTo(0.5);
    expect(b.deriver.stats.stale).toBe(1);
  });

  test("the pod's cgroup and its sandbox, both without a container name, are not containers", () => {
    const b = bench();
    for (let n = 0; n <= 2; n++) b.tick(n, [["container_cpu_usage_seconds_total", { ...cpu, container: "" }, n]]);
    expect(b.series.select("container_cpu_cores")).toEqual([]);
  });

  test("throttled share and share of the memory limit", () => {
    const b = bench();
    for (let n = 0; n <= 3; n++) {
      b.tick(n, [
        ["container_cpu_cfs_periods_total", cpu, 50 * n],
        ["container_cpu_cfs_throttled_periods_total", cpu, 40 * n],
        ["container_spec_memory_limit_bytes", cpu, 100],
        ["container_memory_working_set_bytes", cpu, 25 * (n + 1)],
      ]);
    }
    expect(b.last("container_cpu_throttled_ratio", { pod: "web-1", container: "app" })).toBeCloseTo(0.8);
    expect(b.last("container_memory_limit_ratio", { pod: "web-1", container: "app" })).toBeCloseTo(1);
  });
});

describe("bad input", () => {
  test.each([
    ["NaN", Number.NaN, undefined, "notFinite"],
    ["infinity", Number.POSITIVE_INFINITY, undefined, "notFinite"],
    ["a clock an hour ahead", 1, start + 3_600_000, "wrongTime"],
    ["a clock an hour behind", 1, start - 3_600_000, "wrongTime"],
    ["no time at all", 1, Number.NaN, "wrongTime"],
  ] as const)("%s is dropped and counted", (_title, value, time, counter) => {
    const b = bench();
    b.tick(0, [["up", { pod: "web-1" }, value, time]]);
    expect(b.deriver.stats[counter]).toBe(1);
    expect(b.series.size).toBe(0);
  });

  test("late and repeated samples never move a series back", () => {
    const b = bench();
    b.tick(1, [["up", { pod: "web-1" }, 1]]);
    b.tick(2, [["up", { pod: "web-1" }, 0, start]]);
    expect(b.last("scrape_up", { pod: "web-1" })).toBe(1);
    expect(b.deriver.stats.stale).toBe(1);
  });

  test("a label explosion is bounded for each workload and in all, and counted", () => {
    const b = bench({ maxPerWorkload: 5, maxRawSeries: 50 });
    for (let n = 0; n <= 1; n++) {
      b.tick(
        n,
        Array.from(
          { length: 100 },
          (_, i) => ["http_requests_total", { pod: "web-1", code: "200", route: `/user/${i}` }, n] as const,
        ),
      );
    }
    expect(b.series.select("route_requests_per_second")).toHaveLength(5);
    expect(b.deriver.stats).toMatchObject({ rawSeries: 50, refusedSeries: 100, refusedGroups: 45 });
  });
});

test.each([
  [
    "inside a bucket, linearly",
    0.5,
    [
      [0.1, 0],
      [0.2, 10],
      [Number.POSITIVE_INFINITY, 10],
    ],
    0.15,
  ],
  [
    "beyond the last bound, that bound",
    0.99,
    [
      [0.1, 1],
      [Number.POSITIVE_INFINITY, 10],
    ],
    0.1,
  ],
  [
    "without requests, nothing",
    0.5,
    [
      [0.1, 0],
      [Number.POSITIVE_INFINITY, 0],
    ],
    Number.NaN,
  ],
  ["without the infinite bucket, nothing", 0.5, [[0.1, 5]], Number.NaN],
] as const)("a quantile %s", (_title, q, buckets, want) => {
  if (Number.isNaN(want)) expect(histogramQuantile(q, buckets)).toBeNaN();
  else expect(histogramQuantile(q, buckets)).toBeCloseTo(want);
});

describe("network of a pod", () => {
  const pod = "web-1";
  const net = (what: string, nic: string, value: number) =>
    [`container_network_${what}_total`, { pod, container: "", interface: nic }, value] as const;

  test("is the sum over its interfaces, without loopback", () => {
    const b = bench();
    for (let n = 0; n <= 6; n++)
      b.tick(n, [
        net("receive_bytes", "eth0", 5_000 * n),
        net("receive_bytes", "net1", 15_000 * n),
        net("receive_bytes", "lo", 900_000 * n),
        net("receive_errors", "eth0", 5 * n),
        net("transmit_errors", "net1", 10 * n),
      ]);
    expect(b.last("pod_network_receive_bytes_per_second", { pod })).toBeCloseTo(4_000);
    expect(b.last("pod_network_errors_per_second", { pod })).toBeCloseTo(3);
  });

  test("goes on without an interface that is gone", () => {
    const b = bench();
    for (let n = 0; n <= 12; n++)
      b.tick(n, [
        net("transmit_bytes", "eth0", 5_000 * n),
        ...(n < 6 ? [net("transmit_bytes", "veth7", 50_000 * n)] : []),
      ]);
    expect(b.last("pod_network_transmit_bytes_per_second", { pod })).toBeCloseTo(1_000);
  });
});
