import { createObservation } from "../../../../src/cluster/observation.ts";
import { buildTopology } from "../../../../src/cluster/topology.ts";
import type { DetectContext, Detector, Finding } from "../../../../src/detection/detector.ts";
import { createLogTally } from "../../../../src/detection/logs/log-tally.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

export const tickMs = 5_000;
export const own = { namespace: "shop", workload: "carts" };
export const pod = { namespace: "shop", pod: "carts-1", container: "carts" };

export type Values = Readonly<Record<string, number>>;

const labelsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  container_cpu_cores: pod,
  container_memory_working_set_bytes: pod,
  pod_network_receive_bytes_per_second: { namespace: "shop", pod: "carts-1" },
  pod_network_transmit_bytes_per_second: { namespace: "shop", pod: "carts-1" },
  client_latency_mean_seconds: { ...own, peer: "carts-db" },
  client_error_ratio: { ...own, peer: "carts-db" },
};

/** A cluster with one workload whose series are pushed by hand, tick by tick, to one detector. */
export function forecastStage(detector: Detector, labels: Readonly<Record<string, string>> = own) {
  const observation = createObservation({ cluster: "test" });
  const start = Date.UTC(2026, 10, 20, 9);
  const metadata = { namespace: "shop", name: "carts", uid: "w" };
  observation.objects.apply("ADDED", { apiVersion: "apps/v1", kind: "Deployment", metadata }, start);
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: "carts", uid: "w", controller: true }];
  observation.objects.apply(
    "ADDED",
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "shop", name: "carts-1", uid: "p", ownerReferences },
    },
    start,
  );
  const topology = buildTopology(observation);
  const logs = createLogTally({ ownerOf: () => undefined });
  const random = seededRandom(11);
  let now = start;

  function context(): DetectContext {
    return {
      now,
      observation,
      pods: [],
      podsOf: () => [],
      podsSelected: () => [],
      ownerOf: (object) => observation.objects.topOwner(object),
      topology: () => topology,
      logs,
      watchingSince: start,
      learnMs: 180_000,
      tickMs,
    };
  }

  return {
    observation,
    context,
    get now() {
      return now;
    },
    /** Moves time on without a point. */
    skip(ms: number) {
      now += ms;
    },
    /** One tick with these values; what the detector finds. */
    tick(values: Values): Finding[] {
      now += tickMs;
      for (const [name, value] of Object.entries(values))
        observation.series.push(name, labelsOf[name] ?? labels, now, value);
      return [...detector.detect(context())];
    },
    /** Ordinary values around these, a tenth up and down. */
    noisy: (values: Values): Values =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * (0.9 + 0.2 * random())])),
  };
}
