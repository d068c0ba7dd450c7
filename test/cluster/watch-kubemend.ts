import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { undoPlan } from "../../src/actions/execute/undo.ts";
import { policySchema } from "../../src/actions/policy/policy-file.ts";
import { createKubernetesActor } from "../../src/adapters/kubernetes-actor/kubernetes-actor.ts";
import { configSchema } from "../../src/config/config.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/logger.ts";
import { startKubemend } from "../../src/main.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { openStore } from "../../src/store/open-store.ts";
import { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { approvers, type FaultDeps } from "./run-fault.ts";

export interface Watched extends AsyncDisposable {
  readonly deps: Pick<FaultDeps, "database" | "plans" | "policy" | "now">;
  readonly undo: (planId: string) => Promise<void>;
  /** Rejects when kubemend has failed. */
  readonly done: Promise<void>;
}

/** kubemend, watcher and actor in this process, over a cluster; its database comes and goes with it. */
export async function watchWithKubemend(options: {
  readonly kubeConfig: KubeConfig;
  readonly namespaces: readonly string[];
  readonly scrapeSeconds: number;
  readonly learnMinutes: number;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Undefined: an own one. */
  readonly databaseUrl?: string | undefined;
}): Promise<Watched> {
  const { kubeConfig, namespaces, log, clock = systemClock } = options;
  await using stack = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), "kubemend-cluster-"));
  // The embedded PostgreSQL may run as another user, who has to get there.
  await chmod(data, 0o711);
  stack.defer(() => rm(data, { recursive: true, force: true }));
  const policy = policySchema.parse({
    version: 1,
    rules: [
      { name: "cluster-suite", namespaces: [...namespaces], maxRisk: "high", approvers: { people: [...approvers] } },
    ],
    budgets: { perNamespacePerHour: 1_000, perClusterPerHour: 1_000 },
  });
  const store = stack.use(
    await openStore({ dataFolder: data, log, ...(options.databaseUrl ? { url: options.databaseUrl } : {}) }),
  );
  const config = configSchema.parse({
    cluster: "cluster-suite",
    kubernetes: { namespaces: [...namespaces] },
    web: { port: 0 },
    capture: { enabled: false },
    detection: { scrapeSeconds: options.scrapeSeconds, learnMinutes: options.learnMinutes },
  });
  const kubemend = stack.use(
    await startKubemend({
      config,
      policy,
      role: "all",
      store,
      kubeConfig,
      log,
      ...(options.clock ? { clock } : {}),
    }),
  );
  const plans = createPlanStore(store.database, { cluster: config.cluster });
  const parts = stack.move();
  return {
    deps: { database: store.database, plans, policy, now: () => clock.now() },
    async undo(planId) {
      const { redact } = createRedactor();
      const cluster = createKubernetesActor({ config: kubeConfig });
      await undoPlan(planId, "cluster suite", {
        cluster,
        plans,
        clock: systemClock,
        redact,
        signal: new AbortController().signal,
      });
    },
    done: kubemend.done,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
