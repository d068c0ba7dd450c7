import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IncidentCursor, IncidentFilter } from "../../../../src/incident/report/incident-list.ts";
import { countIncidents, filterChoices, pageOfIncidents } from "../../../../src/store/incidents/incident-pages.ts";
import { fillManyIncidents } from "../../../support/many-incidents.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await withDatabase();
  await fillManyIncidents(db, 2_000);
});
afterAll(() => db.close());

async function all(filter: IncidentFilter, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: IncidentCursor | undefined;
  for (;;) {
    const page = await pageOfIncidents(db, filter, { limit, ...(after ? { after } : {}) });
    ids.push(...page.rows.map((row) => row.id));
    if (!page.next) return ids;
    after = page.next;
  }
}

describe("the list of incidents", () => {
  test("turning all pages shows each incident once, newest first, also where many began at once", async () => {
    const ids = await all({}, 37);
    expect(ids).toHaveLength(2_000);
    expect(new Set(ids).size).toBe(2_000);
    expect(ids).toEqual([...ids].sort((a, b) => Number(b) - Number(a)));
  });

  test("what comes in meanwhile moves nothing on the later pages", async () => {
    const first = await pageOfIncidents(db, {}, { limit: 10 });
    if (!first.next) throw new Error("unreachable: there are 2,000");
    const second = await pageOfIncidents(db, {}, { limit: 10, after: first.next });
    await fillManyIncidents(db, 5, { from: 900_000 });
    const again = await pageOfIncidents(db, {}, { limit: 10, after: first.next });
    expect(again.rows).toEqual(second.rows);
    await db.pool.query("delete from incident where id >= 900000");
  });

  test.each<[string, IncidentFilter, (i: number) => boolean]>([
    ["status", { statuses: ["resolved"] }, (i) => i % 20 !== 0],
    ["severity", { severity: "critical" }, (i) => i % 4 === 0],
    ["namespace", { namespace: "ns-3" }, (i) => i % 10 === 3],
    ["cluster", { cluster: "other" }, () => false],
    ["the last diagnosis's cause, not an earlier one's", { cause: "bad-release" }, (i) => i % 3 === 0 && i % 2 === 0],
    ["all together", { statuses: ["open"], severity: "critical", namespace: "ns-0" }, (i) => i % 20 === 0],
    ["a word of the title", { search: "workload-77 " }, (i) => i % 100 === 77],
    ["a number", { search: "#1234" }, (i) => i === 1_234],
    ["a wildcard that is only a character", { search: "100%_" }, () => false],
  ])("is filtered by %s", async (_name, filter, matches) => {
    const wanted = Array.from({ length: 2_000 }, (_, i) => i + 1)
      .filter(matches)
      .map(String)
      .reverse();
    expect(await all(filter, 500)).toEqual(wanted);
    expect(await countIncidents(db, filter)).toEqual({ count: wanted.length, more: false });
  });

  test("offers the choices that occur", async () => {
    const { namespaces, clusters, causes } = await filterChoices(db);
    expect(namespaces).toHaveLength(10);
    expect(clusters).toEqual(["test"]);
    expect(causes).toEqual(["bad-release", "memory-leak", "network-fault"]);
  });
});
