import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import { rejectCause } from "../../../../src/store/incidents/cause-verdicts.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { rememberedIncident } from "../../../../src/store/incidents/remembered.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { pruneIncidents } from "../../../../src/store/retention/prune-incidents.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { withDatabase } from "../../../support/postgres.ts";

const target = makeRef("Deployment", "shop", "carts");
const cause: CauseCode = "missing-env";

/** The statements of docs/operations.md for incident 42: those that make it old, and the one that forgets what is left. */
function statements(): readonly [string, string] {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/operations.md"), "utf8");
  const [makeOld = "", forget = ""] = [...page.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, body = ""]) => body);
  return [makeOld, forget];
}

test("the statements of the manual delete one resolved incident before its days, with all that is theirs and no gap in the audit", async () => {
  await using database = await withDatabase();
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  for (const id of [41, 42]) {
    await saveIncident(database, incidentRow(id, { cluster: "shop", target, groupKey: `Deployment/shop/carts-${id}` }));
    const hypotheses = [
      { cause, culprit: target, probability: 0.9, statement: clean("s"), evidence: [], against: [], explains: 1 },
    ];
    await saveDiagnosis(
      database,
      { diagnosis: { ...diagnosis, incidentId: String(id), hypotheses }, recommendations: [] },
      [],
    );
    const made = { ...plan, id: `plan-${id}`, incidentId: String(id), action: "set-env" as const, target };
    await savePlan(database, made, { requestedBy: null, cause, confidence: 0.8 }, "shop");
    await rejectCause(database, {
      incidentId: String(id),
      cause,
      culprit: target,
      by: { id: "slack:U1", name: "Ana" },
    });
    await changeStatus(database, String(id), "resolve", { at: Date.now() });
  }
  await database.pool.query("update incident set delivered_revision = revision");
  expect(await pruneIncidents(database, "shop", 400)).toEqual({ incidents: 0, plans: 0 });

  const [makeOld, forget] = statements();
  await database.pool.query(makeOld);
  expect(await pruneIncidents(database, "shop", 400)).toEqual({ incidents: 1, plans: 1 });
  const left = async (sql: string) => (await database.pool.query<{ id: string }>(sql)).rows.map(({ id }) => id);
  expect(await left("select id::text from incident")).toEqual(["41"]);
  expect(await left("select id from action_plan")).toEqual(["plan-41"]);
  expect(await left("select distinct incident_id::text as id from diagnosis")).toEqual(["41"]);
  expect((await listAudit(database)).at(-1)).toMatchObject({ event: "incidents.pruned", body: { incidents: [42] } });
  expect(await verifyAudit(database)).toMatchObject({ intact: true });

  expect(await rememberedIncident(database, "42")).toBeDefined();
  await database.pool.query(forget);
  expect(await rememberedIncident(database, "42")).toBeUndefined();
});
