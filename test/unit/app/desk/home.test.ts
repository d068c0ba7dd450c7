import { expect, test } from "vitest";
import { homeOf } from "../../../../src/app/desk/home-of.ts";
import { renderHome } from "../../../../src/bot/slack/render/render-home.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { setFreeze } from "../../../../src/store/plans/freeze.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { plan } from "../../../support/incident-view.ts";
import { fillManyIncidents } from "../../../support/many-incidents.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("of many approvals that wait the home shows the surest and counts the rest", async () => {
  await using database = await withDatabase();
  for (let i = 1; i <= 8; i++) {
    const id = String(i);
    await saveIncident(database, incidentRow(i));
    const expiresAt = Date.now() + 600_000;
    const made = { ...plan, id: `p${id}`, incidentId: id, expiresAt };
    await savePlan(database, made, { requestedBy: null, cause: "memory-leak", confidence: i / 10 }, "shop");
  }
  const home = await homeOf({ database, clock: systemClock, cluster: "shop" }, { id: "slack:U1", name: "Ana" });
  expect(home.approvals.map(({ incidentId }) => incidentId)).toEqual(["8", "7", "6", "5", "4"]);
  expect(home.approvalsTotal).toBe(8);
  expect(JSON.stringify(renderHome(home))).toContain(
    "The surest of them. 3 more: each is in the message of its incident.",
  );
});

test("of a thousand incidents the home counts all that are open, shows the worst, and says who froze changes", async () => {
  await using database = await withDatabase();
  const ana = { id: "slack:U1", name: "Ana" };
  await fillManyIncidents(database, 1_000);
  // Every twentieth is open, all of them critical; now only the older half.
  await database.pool.query("update incident set severity = 'low' where status = 'open' and id > 500");
  await setFreeze(database, { frozen: true, by: ana });

  const home = await homeOf({ database, clock: systemClock, cluster: "test" }, ana);
  expect(home.openTotal).toBe(50);
  expect(home.open.map(({ id }) => id)).toEqual(["500", "480", "460", "440", "420", "400", "380", "360", "340", "320"]);
  expect(new Set(home.open.map(({ severity }) => severity))).toEqual(new Set(["critical"]));

  const shown = JSON.stringify(renderHome(home));
  expect(shown).toContain("50 open incidents");
  expect(shown).toContain("The worst of them. 40 more");
  expect(shown).toContain("Ana froze changes");
});
