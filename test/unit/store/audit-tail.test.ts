import { expect, test } from "vitest";
import { auditOf, inAuditedTransaction } from "../../../src/store/audit.ts";
import { withDatabase } from "../../support/postgres.ts";

test("of ten thousand entries of an incident the latest are shown, and how many came before", async () => {
  await using database = await withDatabase();
  await inAuditedTransaction(database, async (_tx, record) => {
    for (let i = 1; i <= 10_000; i++)
      record({ event: "plan.proposed", actor: "kubemend", subject: i % 2 ? "a" : "b", body: { i } });
  });
  const { entries, earlier } = await auditOf(database, ["a", "b"], 200);
  expect(entries.map(({ body }) => (body as { i: number }).i)).toEqual(
    Array.from({ length: 200 }, (_, i) => 9_801 + i),
  );
  expect(earlier).toBe(9_800);
  expect(await auditOf(database, ["nobody"])).toEqual({ entries: [], earlier: 0 });
});
