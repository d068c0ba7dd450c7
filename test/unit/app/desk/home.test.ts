import { expect, test } from "vitest";
import { homeOf } from "../../../../src/app/desk/home-of.ts";
import { renderHome } from "../../../../src/bot/slack/render/render-home.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { setFreeze } from "../../../../src/store/plans/freeze.ts";
import { fillManyIncidents } from "../../../support/many-incidents.ts";
import { withDatabase } from "../../../support/postgres.ts";

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
