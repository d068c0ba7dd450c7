import { openDatabase } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { approve, planStore, propose } from "../support/plan-life.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, median, rounded } from "./row.ts";

const people = 1_000;
const rounds = 3;
/** Pools stand for processes: nothing but the database is shared. */
const processes = 4;
const connectionsEach = 10;

/** A thousand people approve one plan in the same moment, through four processes: one of them does. Median of 3. */
export async function benchApprovals(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  await using cluster = await startActorCluster();
  const pools = Array.from({ length: processes }, () =>
    openDatabase(postgres.url, { maxConnections: connectionsEach }),
  );
  const stores = pools.map((pool) => planStore(pool));
  const totals: number[] = [];
  const answers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const plan = await propose(cluster.actor, planStore(postgres.database));
    const began = performance.now();
    const outcomes = await Promise.all(
      Array.from({ length: people }, async (_, i) => {
        const outcome = await approve(stores[i % processes] ?? planStore(postgres.database), plan, `u${i}`);
        answers.push(performance.now() - began);
        return outcome.type;
      }),
    );
    totals.push(performance.now() - began);
    const approved = outcomes.filter((type) => type === "approved").length;
    if (approved !== 1) throw new Error(`${approved} people have approved one plan`);
  }
  await Promise.all(pools.map((pool) => pool.close()));
  return [
    { name: "approvals: 1,000 at once, until all are answered", value: rounded(median(totals)), unit: "ms" },
    { name: "approvals: 1,000 at once, median answer", value: rounded(median(answers)), unit: "ms" },
  ];
}
