import { argv, exit, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { approvePlan } from "../../src/actions/approve/approve.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { boundless, human } from "./plan-life.ts";

/*
 * A process of its own that approves: for each line `<plan id> <digest> <count> <prefix>` on its input, `count` people at
 * once, and one line with how many heard what. Ends with its input. Argument: database URL.
 */
const [databaseUrl = ""] = argv.slice(2);
const database = openDatabase(databaseUrl, { maxConnections: 10 });
const plans = createPlanStore(database);
stdout.write("ready\n");
for await (const line of createInterface({ input: stdin })) {
  const [planId = "", digest = "", count = "0", prefix = ""] = line.split(" ");
  const startedAt = performance.now();
  const outcomes = await Promise.all(
    Array.from({ length: Number(count) }, (_, index) =>
      approvePlan({ planId, digest, by: human(`${prefix}${index}`) }, { plans, policy: boundless }),
    ),
  );
  const heard: Record<string, number> = {};
  for (const outcome of outcomes) {
    const word = outcome.type === "refused" ? outcome.reason : outcome.type;
    heard[word] = (heard[word] ?? 0) + 1;
  }
  stdout.write(`${JSON.stringify({ heard, ms: Math.round(performance.now() - startedAt) })}\n`);
}
await database.close();
exit(0);
