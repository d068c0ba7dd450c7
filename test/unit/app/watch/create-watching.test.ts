import { expect, test } from "vitest";
import { createWatching } from "../../../../src/app/watch/create-watching.ts";
import type { Observation } from "../../../../src/cluster/observation.ts";
import type { DetectionStats } from "../../../../src/detection/engine/detection-stats.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const stats = {
  lastTickMs: 3.4,
  series: 280,
  logLines: 9_000,
  detectorFailures: 0,
  activeAnomalies: 0,
  silencedAnomalies: 0,
};

function healthWith(over: Partial<typeof stats>, active: readonly Anomaly[] = []) {
  const watching = createWatching({
    engine: { stats: { ...stats, ...over } as DetectionStats },
    observation: { objects: { size: 40 } } as unknown as Observation,
    tickMs: 15_000,
    signalsDropped: () => 0,
    silencesChanged: async () => undefined,
  });
  watching.record({ active });
  return Object.fromEntries(watching.health().map(({ name, state, detail }) => [name, `${state}: ${detail}`]));
}

const silent = (name: string): Anomaly => ({
  fingerprint: name,
  detector: "source-silence",
  family: "blind",
  reason: "source-silent",
  target: makeRef("Entity", undefined, name),
  score: 1,
  severity: "high",
  summary: "s",
  startsAt: 0,
  detectedAt: 0,
});

test("how kubemend is: what it looked at and what is wrong, in words and by name", () => {
  expect(healthWith({})).toEqual({
    Detection: "ok: looked 0 s ago, for 3 ms; nothing abnormal now",
    Detectors: "ok: all work",
    Sources: "ok: 40 objects, 280 series, 9000 log lines read",
  });
  const trouble = healthWith({ activeAnomalies: 4, silencedAnomalies: 2, detectorFailures: 7 }, [
    silent("prometheus"),
    silent("scrape:node-1"),
  ]);
  expect(trouble).toEqual({
    Detection: "ok: looked 0 s ago, for 3 ms; 4 abnormal now, 2 more silenced",
    Detectors: "trouble: failed 7 times since the start; the log says which (detector.failed)",
    Sources: "trouble: prometheus, scrape:node-1 do not deliver",
  });
});
