import { describe, expect, test } from "vitest";
import { createHealNotes } from "../../../../src/app/watch/note-heal.ts";
import type { DerivedPoint } from "../../../../src/cluster/signal.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

interface Answer {
  readonly cpu?: number;
  readonly memory?: number;
  readonly errors?: number;
  readonly uptime?: number;
  /** What it says of its state: 1 for degraded. */
  readonly degraded?: 0 | 1;
}

const well = { cpu: 0.3, memory: 0.5, errors: 0, uptime: 7_200 };
/** Memory nearly full two hours after the start, errors have begun. */
const ill = { cpu: 0.5, memory: 0.97, errors: 40, uptime: 7_200 };
const labels = { namespace: "shop", workload: "patient", pod: "patient-a1-x1" };

function tell(world: World, answer: Answer | undefined): void {
  const at = world.now();
  const points: DerivedPoint[] = [{ name: "health_up", labels, at, value: answer ? 1 : 0 }];
  const add = (name: DerivedPoint["name"], value: number | undefined) => {
    if (value !== undefined) points.push({ name, labels, at, value });
  };
  add("health_cpu_ratio", answer?.cpu);
  add("health_memory_ratio", answer?.memory);
  add("health_error_count", answer?.errors);
  add("health_uptime_seconds", answer?.uptime);
  add("health_degraded", answer?.degraded);
  world.engine.ingest({ type: "derived", at, source: "health", points });
}

function patient(): World {
  const world = createWorld({ tickMs: 15_000, start: Date.parse("2026-11-20T12:00:00Z") });
  world.put(...deployment({ app: "patient" }), pod({ app: "patient", at: world.now() - 7_200_000 }));
  for (let i = 0; i < 8; i++) world.run(15_000, () => tell(world, well));
  return world;
}

/** One answer a tick; what the detector says after each. */
function tellAll(world: World, answers: readonly (Answer | undefined)[]) {
  return answers.map((answer) => {
    world.run(15_000, () => tell(world, answer));
    return world.active().filter(({ detector }) => detector === "app-health");
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("an application that reports itself unwell is told", () => {
  test("with the decision in words, once two answers agree", () => {
    const world = patient();
    const [first, second] = tellAll(world, times(2, ill));
    expect(first).toEqual([]);
    expect(second).toHaveLength(1);
    expect(second?.[0]).toMatchObject({
      family: "health",
      reason: "application-degraded",
      target: { kind: "Deployment", namespace: "shop", name: "patient" },
      seenOn: { kind: "Pod", name: "patient-a1-x1" },
    });
    expect(second?.[0]?.summary).toMatch(/decision: (soft-heal|hard-restart)/);
    expect(world.engine.incidents()).toHaveLength(1);
  });

  test("and no longer when it is well again", () => {
    const world = patient();
    tellAll(world, times(3, ill));
    const later = tellAll(world, times(8, well));
    expect(later[0]).toHaveLength(1);
    expect(later.at(-1)).toEqual([]);
  });

  test("and no longer when its process has been replaced", () => {
    const world = patient();
    tellAll(world, times(3, ill));
    const later = tellAll(world, [
      { ...well, uptime: 5 },
      { ...well, uptime: 20 },
      ...times(6, { ...well, uptime: 35 }),
    ]);
    expect(later.at(-1)).toEqual([]);
  });
});

describe("what an application says of itself counts beside its figures", () => {
  const sound = { ...well, degraded: 0 } as const;
  const weak = { ...well, degraded: 1 } as const;
  const advice = (found: ReturnType<typeof tellAll>) => found.at(-1)?.map((anomaly) => anomaly.advice);

  test("degraded twice in a row: a soft heal, whatever the figures", () => {
    const world = patient();
    tellAll(world, times(4, sound));
    const [once, twice] = tellAll(world, times(2, weak));
    expect(once).toEqual([]);
    expect(twice?.[0]).toMatchObject({ reason: "application-degraded", advice: "soft-heal" });
    expect(twice?.[0]?.summary).toContain("reports that it is degraded");
    expect(twice?.[0]?.summary).toContain("by its own word");
  });

  test("and over when it says that it is well", () => {
    const world = patient();
    tellAll(world, times(4, sound));
    tellAll(world, times(4, weak));
    expect(tellAll(world, times(8, sound)).at(-1)).toEqual([]);
  });

  test("one that has never said anything else is left alone", () => {
    const world = patient();
    expect(advice(tellAll(world, times(12, weak)))).toEqual([]);
  });

  test("degraded for minutes after it was asked to heal itself: a hard restart", () => {
    const world = patient();
    tellAll(world, times(4, sound));
    tellAll(world, times(4, weak));
    const target = { kind: "Deployment", namespace: "shop", name: "patient" };
    createHealNotes(world.observation, (signal) => world.engine.ingest(signal))("plan-1", target, world.now());
    expect(advice(tellAll(world, times(14, weak)))).toEqual(["hard-restart"]);
  });
});

describe("after a soft heal", () => {
  const patientRef = { kind: "Deployment", namespace: "shop", name: "patient" };
  /** Two hundred errors a minute, counted since the start. */
  const failing = (from: number, minutes: number) =>
    Array.from({ length: minutes * 4 }, (_, i) => ({ ...well, cpu: 0.05, memory: 0.35, errors: from + 50 * (i + 1) }));
  const advice = (found: ReturnType<typeof tellAll>) => found.at(-1)?.map((anomaly) => anomaly.advice);
  const healedNow = (world: World) => {
    const note = createHealNotes(world.observation, (signal) => world.engine.ingest(signal));
    note("plan-1", patientRef, world.now());
    note("plan-1", patientRef, world.now() + 5_000);
  };

  test("errors that go on need a hard restart", () => {
    const world = patient();
    expect(advice(tellAll(world, failing(0, 6)))).toEqual(["soft-heal"]);
    healedNow(world);
    const later = tellAll(world, failing(1_200, 4));
    expect(advice(later)).toEqual(["hard-restart"]);
    expect(later.at(-1)?.[0]?.summary).toMatch(/4 min after it was asked to heal itself/);
  });

  test("errors that have stopped are over at once, though five minutes have not passed", () => {
    const world = patient();
    tellAll(world, failing(0, 6));
    healedNow(world);
    const later = tellAll(world, times(6, { ...well, cpu: 0.1, memory: 0.35, errors: 1_200 }));
    expect(later.at(-1)).toEqual([]);
  });
});

describe("nothing is told", () => {
  test.each<{ name: string; answers: readonly (Answer | undefined)[] }>([
    {
      name: "about a process that is starting",
      answers: times(6, { cpu: 0.99, memory: 0.4, errors: 25, uptime: 20 }),
    },
    { name: "about one bad answer", answers: [ill, well, ill, well, well, ill, well] },
    {
      name: "about a short peak of CPU",
      answers: [...times(4, { ...well, cpu: 1 }), ...times(4, well)],
    },
    { name: "when the endpoint does not answer any more", answers: times(8, undefined) },
    { name: "when answers leave the memory out", answers: times(6, { cpu: 0.5, errors: 40, uptime: 7_200 }) },
    { name: "when answers leave the uptime out", answers: times(6, { cpu: 0.5, memory: 0.97, errors: 40 }) },
    { name: "about a bad answer before a silence and one after it", answers: [ill, ...times(10, undefined), ill] },
  ])("$name", ({ answers }) => {
    const world = patient();
    expect(tellAll(world, answers).flat()).toEqual([]);
    expect(world.engine.incidents()).toEqual([]);
  });

  test("while a deployment is in progress", () => {
    const world = patient();
    world.put(...deployment({ app: "patient", generation: 2, updated: 0 }));
    expect(tellAll(world, times(4, ill)).flat()).toEqual([]);
  });

  test("about a total that was high before watching began and has not grown", () => {
    const world = createWorld({ tickMs: 15_000, start: Date.parse("2026-11-20T12:00:00Z") });
    world.put(...deployment({ app: "patient" }), pod({ app: "patient", at: world.now() - 7_200_000 }));
    expect(tellAll(world, times(8, { ...well, errors: 9_000 })).flat()).toEqual([]);
  });

  test("about as many errors as there always are", () => {
    const world = patient();
    const answers = Array.from({ length: 120 }, (_, i) => ({ ...well, errors: 100 * i }));
    expect(tellAll(world, answers).at(-1)).toEqual([]);
  });

  test("about a pod that is gone", () => {
    const world = patient();
    world.drop(pod({ app: "patient", at: world.now() - 7_200_000 }));
    expect(tellAll(world, times(4, ill)).flat()).toEqual([]);
  });
});
