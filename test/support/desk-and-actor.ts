import type { Policy } from "../../src/actions/policy/policy-file.ts";
import { replanOne } from "../../src/app/plans/plan-job.ts";
import { queues } from "../../src/app/queues.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { startActorCluster } from "./actor-cluster.ts";
import { deskOf } from "./desk-of.ts";
import { incidentView } from "./incident-view.ts";
import { passThrough } from "./plan-fixture.ts";
import { boundless, impatient, planStore } from "./plan-life.ts";
import { withDatabase } from "./postgres.ts";

/** Incident 7, a desk, and an actor that makes a plan anew as soon as the desk asks for it. */
export async function startDeskAndActor(policy: Policy = boundless) {
  const database = await withDatabase();
  const cluster = await startActorCluster();
  await saveIncident(database, incidentView.incident);
  const plans = planStore(database);
  const deps = {
    database,
    plans,
    cluster: cluster.actor,
    policy,
    redact: passThrough,
    now: Date.now,
    log: silentLogger,
    changed: async () => undefined,
  };
  const work = replanOne(deps);
  const desk = deskOf(database, {
    plans,
    policy,
    jobs: {
      send: async (queue: string, data: object) => {
        if (queue === queues.replan) await work(data);
        return null as never;
      },
    },
    clock: impatient,
  });
  return {
    database,
    cluster,
    plans,
    deps,
    work,
    desk,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
