import { createKubernetesActor } from "../adapters/kubernetes-actor/kubernetes-actor.ts";
import { startActor } from "../app/plans/actor.ts";
import type { Foundation } from "./foundation.ts";

/** The role with write rights: the only place where the handle that can change a cluster is made. */
export async function startActorRole(foundation: Foundation): Promise<void> {
  const { config, kubeConfig, database, plans, policy, redact, changed, jobs, clock, log, running } = foundation;
  const actor = await startActor({
    database,
    plans,
    cluster: createKubernetesActor({ config: kubeConfig }),
    clusterName: config.cluster,
    policy,
    redact,
    now: () => clock.now(),
    log,
    changed,
    jobs,
    clock,
    signal: running.signal,
  });
  running.keep(actor.done);
}
