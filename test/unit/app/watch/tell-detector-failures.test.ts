import { expect, test } from "vitest";
import { tellDetectorFailures } from "../../../../src/app/watch/tell-detector-failures.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";

test("a detector that stumbles in every tick is told by name, once for each thing it stumbles over, and counted each time", () => {
  const told: object[] = [];
  let broken = "the first thing";
  const engine = createDetectionEngine({
    observation: createObservation({ cluster: "test" }),
    nextId: () => "1",
    detectors: [
      () => ({
        name: "clumsy",
        family: "state",
        nature: "fault",
        detect: () => {
          throw new TypeError(broken);
        },
      }),
    ],
    onDetectorFailure: tellDetectorFailures({ error: (what: object) => void told.push(what) } as never),
  });
  for (let tick = 1; tick <= 5; tick++) engine.tick(tick * 5_000);
  broken = "another thing";
  engine.tick(30_000);
  expect(told).toMatchObject([
    { detector: "clumsy", error: "the first thing", at: expect.stringContaining("tell-detector-failures.test.ts") },
    { detector: "clumsy", error: "another thing" },
  ]);
  expect(engine.stats.detectorFailures).toBe(6);
});

test("an endless number of ways to stumble does not fill the log", () => {
  let lines = 0;
  const tell = tellDetectorFailures({ error: () => void lines++ } as never);
  for (let i = 0; i < 1_000; i++) tell("clumsy", new Error(`way ${i}`));
  expect(lines).toBe(100);
});
