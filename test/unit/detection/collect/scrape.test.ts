import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { createDeriver } from "../../../../src/detection/collect/derive/derive.ts";
import { createKnownPods, type KnownPods } from "../../../../src/detection/collect/known-pods.ts";
import { type MetricsReader, type ScrapeStats, scrapeSource } from "../../../../src/detection/collect/scrape/scrape.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");

interface PodWish {
  readonly name: string;
  readonly annotations?: Record<string, string>;
  readonly phase?: string;
  readonly deletionTimestamp?: string;
  readonly podIP?: string;
  readonly containerStatuses?: readonly object[];
}

function pod({
  name,
  annotations = { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" },
  phase = "Running",
  podIP = "10.0.0.1",
  deletionTimestamp,
  containerStatuses,
}: PodWish): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      uid: name,
      annotations,
      labels: { app: name.split("-")[0] ?? "" },
      ...(deletionTimestamp && { deletionTimestamp }),
    },
    spec: { containers: [{ name: "main", ports: [{ containerPort: 9000 }] }, { name: "helper" }] },
    status: { phase, podIP, ...(containerStatuses && { containerStatuses }) },
  };
}

function knowing(...objects: KubeObject[]): KnownPods {
  const known = createKnownPods();
  for (const object of objects) known.apply({ type: "object", at: 0, change: "ADDED", object });
  return known;
}

const node: KubeObject = { apiVersion: "v1", kind: "Node", metadata: { name: "n1", uid: "n1" } };

const running = (name: string) => ({ name, ready: true, state: { running: {} } });
const waiting = (name: string) => ({ name, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } });

async function scrapeFor(
  ms: number,
  known: KnownPods,
  reader: Partial<MetricsReader>,
  namespaces: string[] = [],
  onStats: (stats: ScrapeStats) => void = () => undefined,
): Promise<Signal[]> {
  const clock = createManualClock(start);
  const signals: Signal[] = [];
  const stopping = new AbortController();
  const answering: MetricsReader = { nodeMetrics: async () => "", podMetrics: async () => "", ...reader };
  const scraping = scrapeSource({
    reader: answering,
    clock,
    known,
    namespaces,
    onStats,
    intervalMs: 5_000,
    emit: (signal) => signals.push(signal),
    signal: stopping.signal,
  });
  await clock.advance(ms);
  stopping.abort();
  await scraping;
  return signals;
}

const samplesOf = (signals: readonly Signal[]) =>
  signals.flatMap((signal) =>
    signal.type === "samples"
      ? signal.samples.map(
          ({ series, value, at }) =>
            `${series.name} ${series.labels["pod"] ?? series.labels["node"]} ${value} @${at - start}`,
        )
      : [],
  );

describe("targets that fail or go", () => {
  test("one that does not answer is waited for more briefly after a few times, and as long as before once it does", async () => {
    const timeouts: number[] = [];
    let answers = false;
    await scrapeFor(40_000, knowing(pod({ name: "a-1" })), {
      podMetrics: async (_endpoint, request) => {
        timeouts.push(request?.timeoutMs ?? 0);
        if (timeouts.length === 4) answers = true;
        if (!answers) throw new Error("timed out");
        return "a 1";
      },
    });
    expect(timeouts.slice(0, 6)).toEqual([10_000, 10_000, 1_500, 1_500, 10_000, 10_000]);
  });

  test("one that is wanted again after a while has the series that it had", async () => {
    const known = knowing(pod({ name: "a-1" }));
    const asks = (wants: boolean) => {
      const annotations = { "prometheus.io/scrape": String(wants), "prometheus.io/port": "8080" };
      known.apply({ type: "object", at: 0, change: "MODIFIED", object: pod({ name: "a-1", annotations }) });
    };
    let scrapes = 0;
    let rounds = 0;
    const podMetrics = async () => {
      if (++scrapes === 2) asks(false);
      return `requests_total ${1_000 + scrapes}`;
    };
    const signals = await scrapeFor(60_000, known, { podMetrics }, [], () => {
      if (scrapes === 2 && ++rounds === 3) asks(true);
    });
    const series = signals.flatMap((signal) =>
      signal.type === "samples"
        ? signal.samples.flatMap((sample) => (sample.series.name === "requests_total" ? [sample.series] : []))
        : [],
    );
    expect(series.length).toBeGreaterThan(3);
    expect(new Set(series).size).toBe(1);
  });
});

describe("what is scraped", () => {
  test.each([
    { name: "an annotated pod", wish: { name: "a-1" }, want: ["a-1:8080/metrics http"] },
    {
      name: "its own path and scheme",
      wish: {
        name: "a-1",
        annotations: { "prometheus.io/scrape": "true", "prometheus.io/path": "/m", "prometheus.io/scheme": "https" },
      },
      want: ["a-1:9000/m https"],
    },
    { name: "not one that does not ask", wish: { name: "a-1", annotations: {} }, want: [] },
    {
      name: "not one that says false",
      wish: { name: "a-1", annotations: { "prometheus.io/scrape": "false" } },
      want: [],
    },
    { name: "not one that has ended", wish: { name: "a-1", phase: "Succeeded" }, want: [] },
    { name: "not one that is ending", wish: { name: "a-1", deletionTimestamp: "2026-11-20T22:00:00Z" }, want: [] },
    { name: "not one without address yet", wish: { name: "a-1", podIP: "" }, want: [] },
    {
      name: "one that runs and is not ready",
      wish: { name: "a-1", containerStatuses: [{ ...running("main"), ready: false }] },
      want: ["a-1:8080/metrics http"],
    },
    {
      name: "one with a container that runs, when nobody declares the port",
      wish: { name: "a-1", containerStatuses: [waiting("main"), running("helper")] },
      want: ["a-1:8080/metrics http"],
    },
    {
      name: "not one whose containers wait",
      wish: { name: "a-1", containerStatuses: [waiting("main"), waiting("helper")] },
      want: [],
    },
    {
      name: "not one whose container behind the port waits, whatever runs beside it",
      wish: {
        name: "a-1",
        annotations: { "prometheus.io/scrape": "true" },
        containerStatuses: [waiting("main"), running("helper")],
      },
      want: [],
    },
    {
      name: "not at an impossible port",
      wish: { name: "a-1", annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "web" } },
      want: [],
    },
  ])("$name", async ({ wish, want }) => {
    const asked: string[] = [];
    await scrapeFor(1_000, knowing(pod(wish)), {
      podMetrics: async ({ pod: name, port, path, scheme }) => {
        asked.push(`${name}:${port}${path} ${scheme}`);
        return "";
      },
    });
    expect(asked).toEqual(want);
  });
});

describe("what becomes of it", () => {
  test("samples in the order of targets, with the labels of the target and up", async () => {
    const signals = await scrapeFor(1_000, knowing(pod({ name: "b-1" }), pod({ name: "a-1" }), node), {
      nodeMetrics: async () =>
        `container_cpu_usage_seconds_total{container="c",namespace="shop",pod="a-1"} 5 ${start - 1_000}\nunwanted_family 1\n`,
      podMetrics: async ({ pod: name }) =>
        name === "a-1" ? "requests_total 7\n" : Promise.reject(new Error("connection refused")),
    });
    expect(samplesOf(signals)).toEqual([
      "container_cpu_usage_seconds_total a-1 5 @-1000",
      "up n1 1 @0",
      "requests_total a-1 7 @0",
      "up a-1 1 @0",
      "up b-1 0 @0",
    ]);
    const [first] = signals
      .flatMap((signal) => (signal.type === "samples" ? signal.samples : []))
      .filter(({ series }) => series.name === "requests_total");
    expect(first?.series.labels).toEqual({
      app: "a",
      instance: "10.0.0.1:8080",
      job: "pods",
      namespace: "shop",
      pod: "a-1",
    });
  });

  test("volumes are asked of the kubelets whose pods mount a claim; one that does not answer is no lost sight", async () => {
    const asked: string[] = [];
    const withClaim = {
      ...pod({ name: "db-0", annotations: {} }),
      spec: {
        nodeName: "n2",
        containers: [{ name: "db" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "db-data" } }],
      },
    };
    const second: KubeObject = { ...node, metadata: { name: "n2", uid: "n2" } };
    const volumes = { namespace: "shop", persistentvolumeclaim: "db-data" };
    const page = Object.entries({ capacity: 1_000, used: 750, available: 250 }).map(
      ([what, bytes]) =>
        `kubelet_volume_stats_${what}_bytes{namespace="${volumes.namespace}",persistentvolumeclaim="${volumes.persistentvolumeclaim}"} ${bytes}\n`,
    );
    const stats: ScrapeStats[] = [];
    const signals = await scrapeFor(
      6_000,
      knowing(withClaim, node, second),
      {
        nodeMetrics: async (name, which) => {
          asked.push(`${name} ${which}`);
          if (which === "cadvisor") return `container_processes{pod="a\n`;
          return asked.length < 4 ? `kubelet_running_pods 3\n${page.join("")}` : Promise.reject(new Error("forbidden"));
        },
      },
      [],
      (latest) => stats.push(latest),
    );
    expect(asked.slice(0, 3)).toEqual(["n1 cadvisor", "n2 cadvisor", "n2 kubelet"]);
    const samples = signals.flatMap((signal) => (signal.type === "samples" ? signal.samples : []));
    const told = samples.filter(({ series }) => series.name.startsWith("kubelet"));
    expect(told.map(({ series, value }) => `${series.name} ${value}`)).toEqual([
      "kubelet_volume_stats_capacity_bytes 1000",
      "kubelet_volume_stats_used_bytes 750",
    ]);
    expect(told[0]?.series.labels).toEqual({ ...volumes, job: "kubelet", node: "n2" });
    expect(signals.filter((signal) => signal.type === "source" && !signal.ok)).toEqual([]);
    expect(stats.at(-1)).toEqual({ scrapes: 6, failed: 1, notRunning: 0, malformed: 4, refused: 0 });
    // The shares of what there is, as the forecast reads them.
    const series = createSeriesStore();
    const deriver = createDeriver({ series, workloadOf: () => undefined });
    deriver.take(told, start);
    expect(series.get("volume_used_ratio", { namespace: "shop", claim: "db-data" })?.last).toBe(0.75);
  });

  test("a target that exposes ever new series is bounded, and what it loses is counted", async () => {
    let round = 0;
    const stats: ScrapeStats[] = [];
    const signals = await scrapeFor(
      11_000,
      knowing(pod({ name: "a-1" })),
      {
        podMetrics: async () => {
          round++;
          return Array.from({ length: 15_000 }, (_, i) => `requests_total{id="${round}-${i}"} 1\n`).join("");
        },
      },
      [],
      (latest) => stats.push(latest),
    );
    const samples = signals.flatMap((signal) => (signal.type === "samples" ? signal.samples : []));
    expect(new Set(samples.map(({ series }) => series)).size).toBe(20_001);
    expect(stats.at(-1)?.refused).toBe(25_000);
  });

  test("a sample that is repeated with its old time is told once", async () => {
    const signals = await scrapeFor(11_000, knowing(node), {
      nodeMetrics: async () => `machine_cpu_cores 2 ${start - 10_000}\n`,
    });
    expect(samplesOf(signals).filter((text) => text.startsWith("machine"))).toEqual(["machine_cpu_cores n1 2 @-10000"]);
    expect(samplesOf(signals).filter((text) => text.startsWith("up"))).toHaveLength(3);
  });

  test("containers of other namespaces are left out", async () => {
    const signals = await scrapeFor(
      1_000,
      knowing(node),
      {
        nodeMetrics: async () =>
          'container_processes{namespace="shop",pod="a"} 1\ncontainer_processes{namespace="bank",pod="b"} 1\ncontainer_processes{namespace="",id="/"} 9\n',
      },
      ["shop"],
    );
    expect(samplesOf(signals).filter((text) => text.startsWith("container"))).toEqual([
      "container_processes a 1 @0",
      "container_processes n1 9 @0",
    ]);
  });

  test("a source none of whose targets answers for a minute is blind, and tells when it sees again", async () => {
    let works = false;
    const clock = createManualClock(0);
    const signals: Signal[] = [];
    const stopping = new AbortController();
    const reader: MetricsReader = {
      nodeMetrics: async () => (works ? "machine_cpu_cores 2\n" : Promise.reject(new Error('nodes "n1" is forbidden'))),
      podMetrics: async () => "",
    };
    const running = scrapeSource({
      reader,
      clock,
      known: knowing(node),
      intervalMs: 15_000,
      emit: (signal) => signals.push(signal),
      signal: stopping.signal,
    });
    await clock.advance(45_000);
    expect(signals.filter(({ type }) => type === "source")).toEqual([]);
    await clock.advance(60_000);
    works = true;
    await clock.advance(30_000);
    stopping.abort();
    await running;
    expect(signals.filter(({ type }) => type === "source")).toMatchObject([
      { source: "scrape:nodes", ok: false, detail: expect.stringContaining("is forbidden") },
      { source: "scrape:nodes", ok: true },
    ]);
  });

  test("the only pod that is to be asked crashes again and again: that is its trouble, not lost sight; it is counted", async () => {
    const stats: ScrapeStats[] = [];
    const reader = { podMetrics: () => Promise.reject(new Error("connection refused")) };
    const crashing = knowing(pod({ name: "a-1", containerStatuses: [waiting("main")] }), node);
    const signals = await scrapeFor(121_000, crashing, reader, [], (latest) => stats.push(latest));
    expect(signals.filter((signal) => signal.type === "source" && !signal.ok)).toEqual([]);
    expect(stats.at(-1)).toMatchObject({ scrapes: 25, failed: 0, notRunning: 25 });
  });

  test("targets that did not answer and are gone hide nothing any more", async () => {
    const clock = createManualClock(start);
    const known = knowing(pod({ name: "a-1" }));
    const signals: Signal[] = [];
    const stopping = new AbortController();
    const reader: MetricsReader = {
      nodeMetrics: async () => "",
      podMetrics: () => Promise.reject(new Error("connection refused")),
    };
    const emit = (signal: Signal) => void signals.push(signal);
    const scraping = scrapeSource({ reader, clock, known, intervalMs: 15_000, emit, signal: stopping.signal });
    await clock.advance(90_000);
    known.apply({ type: "object", at: clock.now(), change: "DELETED", object: pod({ name: "a-1" }) });
    await clock.advance(30_000);
    stopping.abort();
    await scraping;
    expect(signals.filter(({ type }) => type === "source")).toMatchObject([
      { source: "scrape:pods", ok: false },
      { source: "scrape:pods", ok: true, detail: "no target is left" },
    ]);
  });

  test("not more scrapes at once than allowed", async () => {
    let open = 0;
    let most = 0;
    const many = Array.from({ length: 40 }, (_, i) => pod({ name: `a-${i}` }));
    await scrapeFor(1_000, knowing(...many), {
      podMetrics: async () => {
        open++;
        most = Math.max(most, open);
        await Promise.resolve();
        open--;
        return "";
      },
    });
    expect(most).toBe(16);
  });
});

test("a page whose stamps go back by an hour is that of a clock that was put right: its samples are told", async () => {
  let scrapes = 0;
  const stamps = [start + 3_600_000, start + 3_605_000, start + 10_000, start + 10_000, start + 15_000];
  const podMetrics = async () => `requests_total ${++scrapes} ${stamps[scrapes - 1] ?? start + 20_000}`;
  const signals = await scrapeFor(21_000, knowing(pod({ name: "a-1" })), { podMetrics });
  expect(samplesOf(signals).filter((text) => text.startsWith("requests_total"))).toEqual([
    "requests_total a-1 1 @3600000",
    "requests_total a-1 2 @3605000",
    "requests_total a-1 3 @10000",
    "requests_total a-1 5 @15000",
  ]);
});

test("blanks between a name and its labels are as the format allows them", async () => {
  const podMetrics = async () => 'requests_total {code="200"} 3\nrequests_total\t{code="500"}\t1\nplain 2';
  const signals = await scrapeFor(1_000, knowing(pod({ name: "a-1" })), { podMetrics });
  const samples = signals.flatMap((signal) => (signal.type === "samples" ? signal.samples : []));
  expect(samples.map(({ series, value }) => `${series.name} ${series.labels["code"] ?? ""} ${value}`)).toEqual([
    "requests_total 200 3",
    "requests_total 500 1",
    "plain  2",
    "up  1",
  ]);
});
