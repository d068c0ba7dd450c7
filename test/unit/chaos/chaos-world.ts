import { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesChaos } from "../../../src/adapters/kubernetes-chaos/kubernetes-chaos.ts";
import type { ChaosRunDeps } from "../../../src/app/chaos/chaos-run.ts";
import { type Experiment, experimentSchema } from "../../../src/chaos/experiment.ts";
import type { Scope } from "../../../src/chaos/scope.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import type { Database } from "../../../src/store/database.ts";
import type { ActorCluster } from "../../support/actor-cluster.ts";

/** Leaves the carts too little memory to start. */
export const starve = { method: "starve-memory", target: { name: "carts" }, container: "carts", limit: "16Mi" };

/** What plans of experiments in the shop stay within. */
export const shopScope: Scope = {
  experiment: "try",
  run: "7",
  namespaces: ["shop"],
  labels: undefined,
  percentage: 100,
  maxNodes: 1,
  image: "kubemend:0.1.0",
  durationMs: 60_000,
};

/** A clock on which waiting takes no time; everybody else gets a turn meanwhile. */
export function quickClock(startAt = Date.now()): Clock {
  let at = startAt;
  return {
    now: () => at,
    async sleep(ms, signal) {
      if (signal?.aborted) throw signal.reason;
      at += ms;
      await new Promise((turn) => setImmediate(turn));
    },
  };
}

export function chaosClient(url: string) {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "test", server: url, skipTLSVerify: true }, { name: "chaos", token: "chaos" });
  return createKubernetesChaos({ config });
}

/** The owner of the shop has allowed experiments, and its pods all have controllers. */
export function allowChaos(cluster: ActorCluster): void {
  cluster.edit("Namespace", "shop", (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { "kubemend.dev/chaos": "allowed" } },
  }));
  cluster.edit("Pod", "carts-2-abcde", (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "carts-2", uid: "rs", controller: true }],
    },
  }));
}

export function experimentOf(step: object, more: object = {}): { experiment: Experiment; file: object; by: string } {
  const file = {
    name: "try",
    hypothesis: "the shop goes on selling socks",
    steadyState: [{ type: "quiet" }],
    blastRadius: { namespaces: ["shop"], maxNodes: 1 },
    method: [step],
    duration: "10s",
    every: "2s",
    settle: "10s",
    expected: "none",
    ...more,
  };
  return { experiment: experimentSchema.parse(file), file, by: "cli:test" };
}

export function depsFor(
  cluster: { readonly url: string },
  database: Database,
  more: Partial<ChaosRunDeps> = {},
): ChaosRunDeps {
  return {
    cluster: chaosClient(cluster.url),
    database,
    clusterName: "shop",
    clock: quickClock(),
    promql: undefined,
    image: "kubemend:0.1.0",
    ours: ["kubemend"],
    say: () => undefined,
    signal: new AbortController().signal,
    patienceMs: 5_000,
    ...more,
  };
}
