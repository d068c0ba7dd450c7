import { createKubernetesActor } from "../adapters/kubernetes-actor/kubernetes-actor.ts";
import { startActor } from "../app/plans/actor.ts";
import { systemClock } from "../lib/clock.ts";
import { keepActorPresence } from "../store/plans/actor-presence.ts";
import type { Foundation } from "./foundation.ts";

/** The role with write rights: the only place where the handle that can change a cluster is made. */
export async function startActorRole(foundation: Foundation): Promise<void> {
  const { config, kubeConfig, database, plans, policy, redact, changed, jobs, clock, log, running } = foundation;
  // In real time, whatever clock the cluster lives by: the database's decides.
  running.keep(keepActorPresence(database, config.cluster, { clock: systemClock, signal: running.signal }));
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
