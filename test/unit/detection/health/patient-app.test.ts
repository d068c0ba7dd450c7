import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Ailment, createPatient, type Patient } from "../../../../k8s/samples/patient-app/app/patient.ts";
import { createHealNotes } from "../../../../src/app/watch/note-heal.ts";
import type { DerivedPoint } from "../../../../src/cluster/signal.ts";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const tickMs = 15_000;
const requestsPerTick = 60;
const labels = { namespace: "shop", workload: "patient", pod: "patient-a1-x1" };
const target = { kind: "Deployment", namespace: "shop", name: "patient" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Ward {
  readonly patient: Patient;
  /** Lets minutes pass in which it is asked for work and for its health; the advice that stands at their end. */
  readonly watch: (minutes: number) => string | undefined;
  readonly heal: () => void;
}

/** The sample application, watched by the detector, its requests and its clock made by the test. */
function admit(): Ward {
  const world: World = createWorld({ tickMs, start: Date.parse("2026-11-20T12:00:00Z") });
  world.put(...deployment({ app: "patient" }), pod({ app: "patient", at: world.now() }));
  const patient = createPatient(3 * process.memoryUsage().rss, world.now);
  const notes = createHealNotes(world.observation, (signal) => world.engine.ingest(signal));
  const tell = (at: number) => {
    for (let i = 0; i < requestsPerTick; i++) {
      try {
        patient.work();
      } catch {
        // It counts its failures itself.
      }
    }
    const { memory, errorCount, uptimeSeconds } = readHealth(200, JSON.stringify(patient.health()));
    const point = (name: DerivedPoint["name"], value = 0): DerivedPoint => ({ name, labels, at, value });
    const points = [
      point("health_up", 1),
      // That of the test's own process says nothing.
      point("health_cpu_ratio", 0.1),
      point("health_memory_ratio", memory),
      point("health_error_count", errorCount),
      point("health_uptime_seconds", uptimeSeconds),
    ];
    world.engine.ingest({ type: "derived", at, source: "health", points });
  };
  const watch = (minutes: number) => {
    world.run(minutes * 60_000, tell);
    return world.active().find(({ detector }) => detector === "app-health")?.advice;
  };
  watch(40);
  let plans = 0;
  return {
    patient,
    watch,
    heal() {
      patient.heal();
      notes(`plan-${++plans}`, target, world.now());
    },
  };
}

describe("the sample patient", () => {
  test("is left alone while it is well", () => {
    expect(admit().watch(30)).toBeUndefined();
  });

  test.each<Ailment>(["errors", "stuck"])("suffers from %s: a soft heal is tried first", (ailment) => {
    const { patient, watch } = admit();
    patient.suffer(ailment);
    expect(watch(4)).toBe("soft-heal");
  });

  test("is over its errors after a soft heal", () => {
    const { patient, watch, heal } = admit();
    patient.suffer("errors");
    watch(4);
    heal();
    expect(watch(2)).toBeUndefined();
  });

  test("is stuck, which no soft heal mends: after one it needs a hard restart", () => {
    const { patient, watch, heal } = admit();
    patient.suffer("stuck");
    watch(4);
    heal();
    expect(watch(3)).toBe("hard-restart");
  });
});
