import { describe, expect, test } from "vitest";
import { inAuditedTransaction, listAudit, verifyAudit } from "../../src/store/audit.ts";
import type { Database } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const entries = promised(170, 12);

async function fill(database: Database): Promise<void> {
  for (let index = 0; index < entries; index++) {
    await inAuditedTransaction(database, async (_tx, record) => {
      record({
        event: "plan.voted",
        actor: `slack:u${index}`,
        subject: `plan-${index}`,
        body: { digest: `d${index}`, note: "ä\u2028" },
      });
    });
  }
}

const edits = [
  "at_ms = at_ms + 1",
  "event = 'plan.approved'",
  "actor = 'slack:other'",
  "subject = 'plan-x'",
  "body = '{}'",
  'body = body || \'{"note": "b"}\'',
  "prev_hash = repeat('1', 64)",
  "hash = repeat('2', 64)",
  "seq = seq + 1000",
];

describe("whoever changes the audit is found out (U2)", () => {
  test("edits, deletions and changes of order", async () => {
    await using database = await withDatabase();
    await fill(database);
    expect(await verifyAudit(database)).toEqual({ intact: true, entries });
    const client = await database.pool.connect();
    let tried = 0;
    const attempt = async (sql: string, params: unknown[]) => {
      tried++;
      await client.query("create table saved as select * from audit");
      await client.query(sql, params);
      expect(await verifyAudit(database), `${sql} ${String(params)}`).toMatchObject({ intact: false });
      await client.query("delete from audit");
      await client.query("insert into audit select * from saved");
      await client.query("drop table saved");
    };
    for (let seq = 1; seq <= entries; seq++) {
      await attempt("delete from audit where seq = $1", [seq]);
      await attempt(`update audit set ${edits[seq % edits.length]} where seq = $1`, [seq]);
      await attempt(`update audit set ${edits[(seq + 4) % edits.length]} where seq = $1`, [seq]);
      await attempt("delete from audit where seq >= $1", [seq]);
      const other = (seq % entries) + 1;
      await attempt(
        "update audit a set body = b.body, actor = b.actor, subject = b.subject from audit b where (a.seq = $1 and b.seq = $2) or (a.seq = $2 and b.seq = $1)",
        [seq, other],
      );
      await attempt("update audit set seq = -seq where seq = $1", [seq]);
    }
    client.release();
    expect(tried).toBe(6 * entries);
    expect(await verifyAudit(database)).toEqual({ intact: true, entries });
    promiseFigure("U2", `${grouped(tried)} edits, deletions and changes of order`, "all found");
  });

  test("another chain that holds, and one that was begun anew, show against an export or against the plans", async () => {
    await using database = await withDatabase();
    await fill(database);
    const exported = new Map((await listAudit(database, { limit: entries })).map(({ seq, hash }) => [seq, hash]));
    expect(await verifyAudit(database, exported)).toEqual({ intact: true, entries });
    const zeros = "0".repeat(64);
    const empty = async () => {
      await database.pool.query("delete from audit");
      await database.pool.query("update audit_head set seq = 0, hash = $1", [zeros]);
    };
    await empty();
    expect(await verifyAudit(database), "nothing to compare it with").toEqual({ intact: true, entries: 0 });
    expect(await verifyAudit(database, exported)).toEqual({ intact: false, seq: 1, problem: "cut-off" });
    await fill(database);
    expect(await verifyAudit(database)).toEqual({ intact: true, entries });
    expect(await verifyAudit(database, exported)).toEqual({ intact: false, seq: 1, problem: "rewritten" });

    await using cluster = await startActorCluster();
    await propose(cluster.actor, planStore(database));
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
    await empty();
    expect(await verifyAudit(database)).toEqual({ intact: false, seq: 1, problem: "unwritten" });
  });

  test("a change of state and its entry are both written or neither", async () => {
    await using database = await withDatabase();
    const failing = inAuditedTransaction(database, async (_tx, record) => {
      record({ event: "plan.voted", actor: "a", subject: "p", body: {} });
      throw new Error("the change failed");
    });
    await expect(failing).rejects.toThrow("the change failed");
    expect(await verifyAudit(database)).toEqual({ intact: true, entries: 0 });
  });

  test("writers of many processes make one chain", async () => {
    await using database = await withDatabase();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        inAuditedTransaction(database, async (_tx, record) =>
          record({ event: "plan.voted", actor: "a", subject: `p${index}`, body: {} }),
        ),
      ),
    );
    expect(await verifyAudit(database)).toEqual({ intact: true, entries: 60 });
  });
});
