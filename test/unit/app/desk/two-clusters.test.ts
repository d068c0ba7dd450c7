import { expect, test } from "vitest";
import { ownClusterDesk } from "../../../../src/app/desk/own-cluster.ts";
import { answerCommand } from "../../../../src/bot/slack/listen/commands.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const ana = { id: "slack:U1", name: "Ana" };

/** What people type in the channel of one cluster. */
function channelOf(database: TestDatabase, cluster: string) {
  const desk = ownClusterDesk(deskOf(database, { cluster }), { database, cluster, redact: clean });
  return (text: string) => answerCommand(text, { desk, by: ana, now: Date.now(), timeZone: "UTC" });
}

test("a silence is made and ended in its own cluster's channel; typed in another one nothing happens, and which it is is said", async () => {
  await using database = await withDatabase();
  const [berlin, paris] = [channelOf(database, "berlin"), channelOf(database, "paris")];
  await saveIncident(database, { ...incidentView.incident, cluster: "paris" });
  const astray = await berlin("silence #7 1h the vendor works on it");
  expect(astray).toMatchObject({ text: expect.stringContaining("is of the cluster paris"), personal: true });
  expect(astray.blocks).toBeUndefined();
  expect((await paris("silence #7 1h the vendor works on it")).text).toBe("Silence Deployment shop/carts?");

  const desk = ownClusterDesk(deskOf(database, { cluster: "paris" }), { database, cluster: "paris", redact: clean });
  const request = { matcher: { name: "carts" }, startsInMs: 0, durationMs: 3_600_000, reason: "" };
  expect(await desk.silence(request, ana)).toMatchObject({ ok: true });
  const [standing] = await desk.silences();
  expect((await berlin("silences")).text).toBe("Nothing is silenced.");
  expect((await berlin(`unsilence ${standing?.id}`)).text).toContain("is of the cluster paris");
  expect(await desk.silences()).toHaveLength(1);
  expect((await paris(`unsilence ${standing?.id}`)).text).toContain("has ended");
  expect(await desk.silences()).toEqual([]);
  expect((await paris(`unsilence ${standing?.id}`)).text).toContain("no silence");
});

test("a freeze typed in one channel holds in the other, which says who froze and why", async () => {
  await using database = await withDatabase();
  const [berlin, paris] = [channelOf(database, "berlin"), channelOf(database, "paris")];
  await saveIncident(database, { ...incidentView.incident, cluster: "paris" });
  await berlin("freeze the bank closes its books");
  const desk = deskOf(database, { cluster: "paris" });
  expect(await desk.view("7")).toMatchObject({
    frozen: true,
    frozenBy: { name: "Ana", reason: "the bank closes its books" },
  });
  await paris("unfreeze");
  expect(await desk.view("7")).toMatchObject({ frozen: false });
});
