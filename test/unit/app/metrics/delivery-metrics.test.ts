import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { countTurnedAway } from "../../../../src/app/metrics/delivery-metrics.ts";

test("deliveries that are turned away are counted by reason, and each reason is in the log once a minute with what to do", async () => {
  const registry = new Registry();
  const told: object[] = [];
  let now = 0;
  const turnedAway = countTurnedAway(registry, { warn: (entry: object) => void told.push(entry) }, () => now);
  for (const at of [0, 1_000, 59_000, 61_000]) {
    now = at;
    turnedAway("token", "/loki/api/v1/push");
  }
  turnedAway("too-large", "/api/v1/alertmanager");
  expect(told).toMatchObject([
    { why: "token", path: "/loki/api/v1/push", remedy: expect.stringContaining("ingest.token") },
    { why: "token" },
    { why: "too-large" },
  ]);
  const text = await registry.metrics();
  for (const [why, count] of Object.entries({ token: 4, "too-large": 1, closed: 0, broken: 0 }))
    expect(text).toContain(`kubemend_deliveries_turned_away_total{why="${why}"} ${count}`);
});
