import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Pod } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import type { DetectContext, Detector, DetectorFactory } from "../../src/detection/detector.ts";
import { detectorFactories } from "../../src/detection/engine/registry.ts";
import { createLogTally } from "../../src/detection/logs/log-tally.ts";
import { forecastAnomaly } from "../../src/detection/metrics/forecast/forecast-anomaly.ts";
import { createForecastField } from "../../src/detection/metrics/forecast/forecast-field.ts";
import { workloadIsolation } from "../../src/detection/metrics/isolation-forest/workload-isolation.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import type { BenchRow } from "./templates.ts";

/** 10,000 series as a cluster has them: workloads of two pods each, 28 series a workload. */
const workloads = 358;
const podsEach = 2;
const seriesCount = 10_000;
const tickMs = 15_000;
const warmUpTicks = 240;
const rounds = 21;

interface Source {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly level: number;
  readonly noise: number;
}

function sources(): Source[] {
  const list: Source[] = [];
  const add = (name: string, labels: Record<string, string>, level: number, noise = 0.1) =>
    list.push({ name, labels, level, noise: noise * level });
  for (let w = 0; w < workloads; w++) {
    const namespace = `team-${w % 20}`;
    const workload = `svc-${w}`;
    const own = { namespace, workload };
    add("requests_per_second", own, 20);
    add("error_ratio", own, 0.01, 0.5);
    add("latency_mean_seconds", own, 0.03, 0.2);
    for (const route of ["/", "/items"]) {
      add("route_requests_per_second", { ...own, route }, 10);
      add("route_latency_mean_seconds", { ...own, route }, 0.03, 0.2);
    }
    const asked = { ...own, peer: `svc-${(w + 1) % workloads}` };
    add("client_requests_per_second", asked, 10);
    add("client_error_ratio", asked, 0.01, 0.5);
    add("client_latency_mean_seconds", asked, 0.03, 0.2);
    for (let p = 0; p < podsEach; p++) {
      const pod = `${workload}-${p}`;
      add("container_cpu_cores", { namespace, pod, container: "app" }, 0.1);
      add("container_cpu_throttled_ratio", { namespace, pod, container: "app" }, 0.02, 0.5);
      add("container_memory_working_set_bytes", { namespace, pod, container: "app" }, 2e8, 0.01);
      add("container_memory_limit_bytes", { namespace, pod, container: "app" }, 4e8, 0);
      add("container_processes", { namespace, pod, container: "app" }, 12, 0.1);
      add("pod_network_receive_bytes_per_second", { namespace, pod }, 5e4);
      add("pod_network_transmit_bytes_per_second", { namespace, pod }, 5e4);
      add("eventloop_lag_seconds", { ...own, pod }, 0.01, 0.3);
      add("process_resident_memory_bytes", { ...own, pod }, 2e8, 0.01);
    }
  }
  return list.slice(0, seriesCount);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The detectors of the registry that read metrics, without those that are measured apart. */
function metricDetectors(): DetectorFactory[] {
  return detectorFactories.filter((make) => {
    const { family } = make();
    return (family === "metric" || family === "prediction") && make !== forecastAnomaly && make !== workloadIsolation;
  });
}

interface Stage {
  readonly observation: ReturnType<typeof createObservation>;
  readonly contextAt: (now: number) => DetectContext;
  readonly feed: (now: number) => void;
}

function stage(): Stage {
  const observation = createObservation({ cluster: "bench" });
  const random = seededRandom(7);
  const start = Date.UTC(2026, 10, 20);
  for (let w = 0; w < workloads; w++) {
    const namespace = `team-${w % 20}`;
    const labels = { app: `svc-${w}` };
    observation.objects.apply(
      "ADDED",
      { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { namespace, name: `svc-${w}`, uid: `w-${w}` } },
      start,
    );
    for (let p = 0; p < podsEach; p++) {
      const ownerReferences = [
        { apiVersion: "apps/v1", kind: "StatefulSet", name: `svc-${w}`, uid: `w-${w}`, controller: true },
      ];
      const metadata = { namespace, name: `svc-${w}-${p}`, uid: `p-${w}-${p}`, labels, ownerReferences };
      observation.objects.apply("ADDED", { apiVersion: "v1", kind: "Pod", metadata }, start);
    }
  }
  const logs = createLogTally({ ownerOf: () => undefined });
  const pods: readonly Pod[] = observation.objects.list("Pod");
  const list = sources();
  let topology: ReturnType<typeof buildTopology> | undefined;
  return {
    observation,
    contextAt: (now) => ({
      now,
      observation,
      pods,
      podsOf: () => [],
      podsSelected: () => [],
      ownerOf: (object) => observation.objects.topOwner(object),
      topology: () => {
        topology ??= buildTopology(observation);
        return topology;
      },
      logs,
      watchingSince: start,
      learnMs: 2 * 60 * 60_000,
      tickMs,
    }),
    feed(now) {
      for (const { name, labels, level, noise } of list) {
        const shape = Math.sin((2 * Math.PI * now) / 3_600_000) * 0.2 * noise;
        observation.series.push(name, labels, now, Math.max(0, level + shape + noise * (random() - 0.5)));
      }
    },
  };
}

interface Measured {
  readonly all: number;
  readonly forecaster: number;
  readonly isolation: number;
  readonly rss: number;
}

/** Runs ticks over fresh points and gives the median time of one (ms), for the whole and for parts of it. */
function measure(): Measured {
  const { contextAt, feed } = stage();
  const field = createForecastField();
  const isolation = workloadIsolation({ fieldOf: () => field });
  const others = [...metricDetectors().map((make) => make()), forecastAnomaly(() => field)];
  const times = { all: [] as number[], forecaster: [] as number[], isolation: [] as number[] };
  const timed = (work: () => void) => {
    const from = performance.now();
    work();
    return performance.now() - from;
  };
  const run = (detector: Detector, context: DetectContext) =>
    timed(() => {
      for (const finding of detector.detect(context)) if (finding.target.name === "") throw new Error("no target");
    });
  let now = Date.UTC(2026, 10, 20);
  for (let tick = 0; tick < warmUpTicks + rounds; tick++) {
    now += tickMs;
    feed(now);
    const context = contextAt(now);
    const forecaster = timed(() => field.advance(context));
    const isolated = run(isolation, context);
    const rest = others.reduce((sum, detector) => sum + run(detector, context), 0);
    if (tick < warmUpTicks) continue;
    times.forecaster.push(forecaster);
    times.isolation.push(isolated);
    times.all.push(forecaster + isolated + rest);
  }
  return {
    all: median(times.all),
    forecaster: median(times.forecaster),
    isolation: median(times.isolation),
    rss: process.memoryUsage().rss,
  };
}

/** One tick over 10,000 series: medians of 21 on one core, in a process of its own because of the memory. */
export function benchTick(): BenchRow[] {
  const answer = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--measure"], { encoding: "utf8" });
  const { all, forecaster, isolation, rss }: Measured = JSON.parse(answer);
  const round = (value: number) => Math.round(value * 10) / 10;
  return [
    { name: "tick: 10,000 series, all metric detectors", value: round(all), unit: "ms" },
    { name: "tick: 10,000 series, forecaster alone", value: round(forecaster), unit: "ms" },
    { name: "tick: 10,000 series, isolation forest alone", value: round(isolation), unit: "ms" },
    { name: "tick: RSS with 10,000 series", value: Math.round(rss / 1_048_576), unit: "MiB" },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--measure")) process.stdout.write(JSON.stringify(measure()));
  else console.table(benchTick());
}
