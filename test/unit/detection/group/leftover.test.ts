import { expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { buildTopology } from "../../../../src/cluster/topology.ts";
import { createGrouper } from "../../../../src/detection/group/group.ts";
import type { LiveAnomaly } from "../../../../src/detection/live-anomaly.ts";
import type { Incident } from "../../../../src/incident/incident.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;

function live(name: string, reason: string, startsAt: number, now: number, endsAt?: number): LiveAnomaly {
  const target = makeRef("Deployment", "shop", name);
  return {
    anomaly: {
      fingerprint: `${reason}|${name}`,
      detector: reason,
      family: "log",
      reason,
      target,
      score: 0.9,
      severity: "high",
      summary: `${name}: ${reason}`,
      startsAt: start + startsAt,
      detectedAt: start + now,
      ...(endsAt === undefined ? {} : { endsAt: start + endsAt }),
    },
    nature: "symptom",
    headline: reason,
    blames: [],
    related: [],
    soft: false,
    fading: false,
    lastSeenAt: start + now,
  };
}

/** A grouper with its clock; `tick` says what there is and what has ended. */
function open() {
  const observation = createObservation({ cluster: "test" });
  let ids = 0;
  const grouper = createGrouper({ cluster: "test", nextId: () => String(++ids), natureOf: () => "symptom" });
  const tick = (now: number, active: readonly LiveAnomaly[], ended: readonly LiveAnomaly[] = [], settled = false) =>
    grouper.advance(
      active,
      ended,
      { now: start + now, observation, topology: buildTopology(observation) },
      { mayOpen: () => true, settled: () => settled },
    );
  const incident = (id: string): Incident | undefined => grouper.incidents().find((one) => one.id === id);
  const onset = (id: string) => (incident(id)?.onset ?? 0) - start;
  return { grouper, tick, incident, onset };
}

/** payment failed from 0 to 3 min; what it says since, its detector dates back to the beginning. */
function afterTheFirst() {
  const world = open();
  const failing = (now: number) => [live("payment", "scaled", 0, now), live("payment", "errors", 0, now)];
  world.tick(0, failing(0));
  world.tick(3 * minute, failing(3 * minute));
  const over = failing(3 * minute).map((one) => live("payment", one.anomaly.reason, 0, 3 * minute, 3 * minute));
  world.tick(3 * minute + 5_000, [], over);
  world.grouper.replace({ ...(world.incident("1") as Incident), status: "resolved", resolvedAt: start + 4 * minute });
  return world;
}

test("what an incident had that is over does not date the next one back to it", () => {
  const world = afterTheFirst();
  const again = live("payment", "errors", 0, 20 * minute);
  world.tick(20 * minute, [again]);
  expect(world.incident("2")?.status).toBe("open");
  expect(world.onset("2")).toBe(3 * minute);
  expect(world.incident("2")?.anomalies[0]?.startsAt).toBe(start);

  // Nor after a restart, or in the ticks after it.
  const next = open();
  next.grouper.restore([world.incident("2") as Incident]);
  next.tick(21 * minute, [again]);
  expect(next.onset("2")).toBe(3 * minute);
});

test("an incident that comes back begins with what brought it back", () => {
  const world = afterTheFirst();
  world.tick(5 * minute, [live("payment", "errors", 0, 5 * minute)]);
  expect(world.incident("1")?.status).toBe("reopened");
  expect(world.onset("1")).toBe(3 * minute);
});

test("what no incident had before dates one back as far as it goes", () => {
  const world = open();
  world.tick(3 * minute, [live("payment", "errors", 0, 3 * minute)]);
  expect(world.onset("1")).toBe(0);
});
