import {
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { describe, expect, test } from "vitest";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { Database } from "../../../src/store/database.ts";
import { createPlanStore } from "../../../src/store/plans/plan-store.ts";
import type { Tables } from "../../../src/store/tables.ts";
import { runFault } from "../../cluster/run-fault.ts";

/** A database without incidents that answers the questions for which this is false, counted from 1. */
function databaseThat(isSilent: (question: number) => boolean): Database {
  let questions = 0;
  class Driver extends DummyDriver {
    override async acquireConnection(): Promise<DatabaseConnection> {
      const connection = await super.acquireConnection();
      return {
        executeQuery: async <R>() => {
          if (isSilent(++questions)) throw new Error("Query read timeout");
          return { rows: [] as R[] };
        },
        streamQuery: connection.streamQuery.bind(connection),
      };
    }
  }
  const kysely = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Driver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return { kysely } as unknown as Database;
}

async function run(isSilent: (question: number) => boolean) {
  const database = databaseThat(isSilent);
  let restored = 0;
  const said: string[] = [];
  const row = await runFault(
    {
      name: "no limit",
      seenIn: "shop",
      causes: [],
      culprit: { kind: "Deployment", name: "web" },
      fixes: [],
      inject: async () => ({ at: 0, restore: async () => void restored++ }),
    },
    {
      database,
      plans: createPlanStore(database, { cluster: "test" }),
      policy: policySchema.parse({ version: 1, rules: [] }),
      now: () => 0,
      undo: undefined,
      limits: { detectMs: 20, offerMs: 20, verifyMs: 20, undoMs: 20, calmMs: 20 },
      lookEveryMs: 1,
      say: (text) => said.push(text),
    },
  );
  return { row, restored, said };
}

describe("a database that does not answer", () => {
  test("twice is asked again, and the report says so", async () => {
    const { row, restored, said } = await run((question) => question === 2 || question === 3);
    expect(row).toMatchObject({ trouble: "not detected", readAgain: 2 });
    expect(restored).toBe(1);
    expect(said.filter((text) => text.includes("is tried again"))).toHaveLength(2);
  });

  test("at all ends the fault, not the suite, and what was broken is put back", async () => {
    const { row, restored } = await run((question) => question > 1);
    expect(row.trouble).toBe("Query read timeout");
    expect(restored).toBe(1);
  });
});
