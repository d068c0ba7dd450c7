import { expect, test } from "vitest";
import { createSymptomMemory } from "../../../../src/app/plans/symptom-memory.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { executeAll } from "../../../support/carry-out.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { approve, executor, propose } from "../../../support/plan-life.ts";
import { withDatabase } from "../../../support/postgres.ts";

const appliedAt = Date.parse("2026-11-20T12:00:00Z");

const crash = (startsAt: number, more: Partial<Anomaly> = {}): Anomaly => ({
  fingerprint: "pod-crash-loop|carts",
  detector: "pod-crash-loop",
  family: "state",
  reason: "CrashLoopBackOff",
  target: makeRef("Deployment", "shop", "carts"),
  score: 1,
  severity: "critical",
  summary: "carts crashes",
  startsAt,
  detectedAt: startsAt,
  ...more,
});

test("a watcher that starts anew compares with the symptoms that were there when the change was made", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await saveIncident(database, incidentRow(7));
  const plans = createPlanStore(database);
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  await executeAll(executor(cluster.actor, plans));
  const before = crash(appliedAt - 60_000);
  await createSymptomMemory(plans).recall(plan.id, [before], appliedAt);
  const again = crash(appliedAt + 50_000);
  const restarted = createSymptomMemory(plans);
  expect(await restarted.recall(plan.id, [again], appliedAt)).toEqual([{ ...before, endsAt: again.startsAt }, again]);
  const verdict = { verdict: "recovered", reason: "clear", at: Date.now(), remaining: [], fresh: [] } as const;
  await plans.saveVerification({ planId: plan.id, ...verdict });
  expect(await plans.symptomsOf(plan.id), "they have served").toEqual([]);
});

test("only what a verdict rests on is written down, and what could not be is tried again", async () => {
  const kept: number[] = [];
  let fails = true;
  const memory = createSymptomMemory({
    symptomsOf: async () => [],
    async keepSymptoms(_id, symptoms) {
      if (fails) throw new Error("away");
      kept.push(symptoms.length);
    },
  });
  const tick = (more: Partial<Anomaly>) => memory.recall("p", [crash(appliedAt - 60_000, more)], appliedAt);
  await expect(tick({ value: 1 })).rejects.toThrow("away");
  fails = false;
  for (const value of [1, 2, 3]) await tick({ value });
  await tick({ value: 3, endsAt: appliedAt + 5_000 });
  expect(kept).toEqual([1, 1]);
});
