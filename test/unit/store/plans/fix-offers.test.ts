import { expect, test } from "vitest";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { fixOffers, saveFixOffer } from "../../../../src/store/plans/fix-offers.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { planStore, propose, raiseLimit } from "../../../support/plan-life.ts";
import { withDatabase } from "../../../support/postgres.ts";

test("of two plans that are made for one recommendation at a time, the one that stands is on offer, whichever is noted last", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await saveIncident(database, incidentRow(7));
  const plans = planStore(database);
  const [first, second] = [
    await propose(cluster.actor, plans, { recommendation: raiseLimit("96Mi") }),
    await propose(cluster.actor, plans, { recommendation: raiseLimit("128Mi") }),
  ];
  expect((await plans.get(first.id))?.plan.state).toBe("superseded");
  const key = { incidentId: "7", version: 1, recommendationId: "R1" };
  await saveFixOffer(database, key, { planId: second.id });
  await saveFixOffer(database, key, { planId: first.id });
  expect((await fixOffers(database, "7", 1)).get("R1")?.planId).toBe(second.id);
  const refusal = { reason: "target-gone", detail: "It is gone." } as const;
  await saveFixOffer(database, key, { refusal });
  expect((await fixOffers(database, "7", 1)).get("R1")).toMatchObject({ planId: null, refusal });
});
