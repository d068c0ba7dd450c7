import { expect, test } from "vitest";
import { dropCounts } from "../../../../src/app/metrics/drop-counts.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";

const sources = {
  signals: { dropped: 0, droppedLogLines: 0 },
  stats: {
    traces: { unplaced: 0, wrongTime: 0, tooMany: 0 },
    pushed: { refusedRequests: 0 },
    alerts: { dropped: 0 },
  },
} as never;

test("lines that were read and made room for newer ones are no loss: the table of losses stays at zero", () => {
  const observation = createObservation({ cluster: "test", logs: { linesPerContainer: 2 } });
  const engine = createDetectionEngine({ observation, nextId: () => "1" });
  const at = Date.parse("2026-11-20T12:00:00Z");
  engine.ingest({
    type: "object",
    at,
    change: "ADDED",
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "shop", name: "web", uid: "1" },
      spec: { containers: [{ name: "app" }] },
    },
  });
  for (let line = 0; line < 5; line++)
    engine.ingest({
      type: "log",
      at,
      line: { at: at + line, namespace: "shop", pod: "web", container: "app", line: "GET / 200" },
    });
  expect(observation.logs.dropped.lines).toBe(3);
  expect(dropCounts(engine, observation, sources).filter(({ count }) => count > 0)).toEqual([]);
});
