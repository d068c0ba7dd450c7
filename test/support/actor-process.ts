import { argv, exit, pid, stdout } from "node:process";
import { approvePlan } from "../../src/actions/approve/approve.ts";
import type { CrashPoint } from "../../src/actions/execute/execute-deps.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { actorFor } from "./actor-cluster.ts";
import { executeAll } from "./carry-out.ts";
import { boundless, human } from "./plan-life.ts";

/*
 * A process of its own, to be killed: approves the plan it is given (unless told not to) and carries out what is approved.
 * At the named point it ends as by `kill -9`, nothing is cleaned up.
 * Arguments: database URL, cluster URL, plan id, digest, crash point or "none", lease (ms).
 */
const [databaseUrl = "", clusterUrl = "", planId = "", digest = "", crash = "none", leaseMs = "1000"] = argv.slice(2);

const die = (): Promise<never> => {
  process.kill(pid, "SIGKILL");
  return new Promise(() => {});
};
const database = openDatabase(databaseUrl);
const plans = createPlanStore(database, { leaseMs: Number(leaseMs) });
if (digest !== "") {
  const outcome = await approvePlan({ planId, digest, by: human("child") }, { plans, policy: boundless });
  stdout.write(`${JSON.stringify({ approval: outcome })}\n`);
}
if (crash === "approved") await die();
const outcomes = await executeAll({
  cluster: actorFor(clusterUrl),
  plans,
  clock: systemClock,
  crashPoint: (name: CrashPoint) => (name === crash ? die() : undefined),
});
stdout.write(`${JSON.stringify({ outcomes })}\n`);
await database.close();
exit(0);
