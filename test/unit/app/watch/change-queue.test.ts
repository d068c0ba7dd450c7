import { describe, expect, test } from "vitest";
import { createChangeQueue } from "../../../../src/app/watch/change-queue.ts";
import type { IncidentChange } from "../../../../src/incident/incident.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { incidentRow } from "../../../support/incident-row.ts";

const change = (type: IncidentChange["type"], id: number, title = `app-${id}`): IncidentChange => ({
  type,
  incident: incidentRow(id, { title }),
});

function queueWith(limit?: number) {
  const kept: string[] = [];
  let away = false;
  const queue = createChangeQueue({
    log: silentLogger,
    ...(limit ? { limit } : {}),
    keep: async ({ type, incident }, at) => {
      if (away) throw new Error("the database is away");
      kept.push(`${incident.id} ${type} ${incident.title} @${at}`);
    },
  });
  return { queue, kept, setAway: (value: boolean) => (away = value) };
}

describe("changes of incidents while the database is away", () => {
  test("an incident that opens then is written down when it is back, as it is by then, dated when it was seen", async () => {
    const { queue, kept, setAway } = queueWith();
    setAway(true);
    await queue.take([change("opened", 1, "slow")], 100);
    await queue.take([change("updated", 1, "down")], 105);
    expect(queue.stats.waiting).toBe(1);
    setAway(false);
    await queue.take([], 110);
    expect(kept).toEqual(["1 opened down @100"]);
    expect(queue.stats).toMatchObject({ waiting: 0, dropped: 0 });
  });

  test("what ends and comes back meanwhile is told in order", async () => {
    const { queue, kept, setAway } = queueWith();
    setAway(true);
    for (const [index, type] of (["opened", "updated", "cleared", "recurred", "updated"] as const).entries())
      await queue.take([change(type, 1)], index);
    setAway(false);
    await queue.take([], 10);
    expect(kept).toEqual(["1 opened app-1 @0", "1 cleared app-1 @2", "1 recurred app-1 @3"]);
  });

  test("one that cannot be kept does not hold up the others", async () => {
    const kept: string[] = [];
    const queue = createChangeQueue({
      log: silentLogger,
      keep: async ({ incident }) => {
        if (incident.id === "2") throw new Error("odd row");
        kept.push(incident.id);
      },
    });
    await queue.take(
      [1, 2, 3].map((id) => change("opened", id)),
      0,
    );
    expect(kept).toEqual(["1", "3"]);
  });

  test("a database that is away is not asked once for each incident", async () => {
    let asked = 0;
    const queue = createChangeQueue({
      log: silentLogger,
      keep: async () => {
        asked++;
        throw new Error("away");
      },
    });
    await queue.take(
      Array.from({ length: 500 }, (_, id) => change("opened", id + 1)),
      0,
    );
    expect(asked).toBe(3);
    expect(queue.stats.waiting).toBe(500);
  });

  test("it is bounded, and says what it dropped", async () => {
    const { queue, setAway } = queueWith(100);
    setAway(true);
    await queue.take(
      Array.from({ length: 250 }, (_, id) => change("opened", id + 1)),
      0,
    );
    expect(queue.stats).toMatchObject({ waiting: 100, dropped: 150 });
  });

  test("some that the database will never take do not keep it from all others", async () => {
    const kept: string[] = [];
    const queue = createChangeQueue({
      log: silentLogger,
      keep: async ({ incident }) => {
        if (Number(incident.id) <= 4) throw new Error("odd row");
        kept.push(incident.id);
      },
    });
    await queue.take(
      [1, 2, 3, 4].map((id) => change("opened", id)),
      0,
    );
    for (let tick = 1; tick <= 3; tick++) await queue.take([change("opened", 4 + tick)], tick);
    for (let tick = 4; tick <= 5; tick++) await queue.take([], tick);
    expect(kept.toSorted()).toEqual(["5", "6", "7"]);
    expect(queue.stats).toMatchObject({ waiting: 4, problem: undefined });
  });

  test("why a database takes nothing is told until it takes something", async () => {
    let full = true;
    const queue = createChangeQueue({
      log: silentLogger,
      keep: async () => {
        if (full) throw Object.assign(new Error("could not extend file: No space left on device"), { code: "53100" });
      },
    });
    await queue.take([change("opened", 1)], 0);
    expect(queue.stats.problem).toContain("No space left");
    full = false;
    await queue.take([], 1);
    expect(queue.stats).toEqual({ waiting: 0, dropped: 0, problem: undefined });
  });
});
