import { startActorCluster } from "../support/actor-cluster.ts";
import { executeNext } from "../support/carry-out.ts";
import { approve, executor, planStore, propose } from "../support/plan-life.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const warmUpRounds = 2;
const rounds = 15;

/** A fix from recommendation to applied change: real PostgreSQL, an API server over HTTP on this machine. Medians of 15. */
export async function benchFixes(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const times = { plan: [] as number[], approve: [] as number[], apply: [] as number[], all: [] as number[] };
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    // A cluster of its own each: a target is not changed twice before the first change was judged.
    await using cluster = await startActorCluster();
    const plans = planStore(postgres.database);
    let plan: Awaited<ReturnType<typeof propose>> | undefined;
    const planMs = await timed(async () => {
      plan = await propose(cluster.actor, plans);
    });
    const proposed = plan;
    if (!proposed) throw new Error("no plan");
    const approveMs = await timed(async () => {
      const outcome = await approve(plans, proposed);
      if (outcome.type !== "approved") throw new Error(`not approved: ${outcome.type}`);
    });
    const applyMs = await timed(async () => {
      const outcome = await executeNext(executor(cluster.actor, plans));
      if (outcome.type !== "finished" || outcome.result.outcome !== "applied")
        throw new Error(`not applied: ${outcome.type}`);
    });
    if (round < warmUpRounds) continue;
    times.plan.push(planMs);
    times.approve.push(approveMs);
    times.apply.push(applyMs);
    times.all.push(planMs + approveMs + applyMs);
  }
  return [
    { name: "fix: plan with dry run", value: rounded(median(times.plan)), unit: "ms" },
    { name: "fix: approve", value: rounded(median(times.approve)), unit: "ms" },
    { name: "fix: apply", value: rounded(median(times.apply)), unit: "ms" },
    { name: "fix: plan, approve and apply", value: rounded(median(times.all)), unit: "ms" },
  ];
}
