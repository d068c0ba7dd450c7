import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { train } from "../../../../src/cli/train.ts";
import { decide } from "../../../../src/detection/health/decision.ts";
import { chancesOf, type HealthModelFile, readHealthModel } from "../../../../src/detection/health/health-model.ts";
import { type Treatment, treatedSamples } from "../../../../src/detection/health/treated-samples.ts";
import type { ActionCode } from "../../../../src/incident/action-code.ts";
import type { PodSample, SampleLabel } from "../../../../src/incident/cluster-sample.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { insertSamples } from "../../../../src/store/cluster/samples.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { plan } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const everyMs = 30_000;
const perHour = 3_600_000 / everyMs;

const sample = (at: number, pod: string, label: SampleLabel, more: Partial<PodSample> = {}): PodSample => ({
  at,
  label,
  namespace: "shop",
  pod,
  workload: pod.replace(/-\d+$/, ""),
  ready: true,
  restarts: 0,
  cpuCores: null,
  cpuThrottledRatio: null,
  memoryBytes: null,
  memoryLimitRatio: null,
  networkReceiveBytesPerSecond: null,
  networkTransmitBytesPerSecond: null,
  requestsPerSecond: null,
  errorRatio: null,
  latencyMeanSeconds: null,
  healthCpuRatio: 0.3,
  healthMemoryRatio: 0.4,
  healthErrorCount: 0,
  healthUptimeSeconds: 1e6,
  ...more,
});

async function* pages(rows: readonly PodSample[], size = 100) {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

describe("samples are labelled by the fix that helped", () => {
  const start = Date.parse("2026-11-01T00:00:00Z");
  const minute = (n: number) => start + n * 60_000;
  const fix = (n: number, kind: Treatment["kind"], helped: boolean | undefined, name = "web"): Treatment => ({
    kind,
    namespace: "shop",
    name,
    at: minute(n),
    helped,
  });

  test.each<{ name: string; label: SampleLabel; fixes: readonly Treatment[]; want: string | undefined }>([
    { name: "good times need nothing", label: "good", fixes: [fix(5, "restart", true)], want: "none" },
    { name: "what a soft heal ended", label: "bad", fixes: [fix(5, "soft-heal", true)], want: "soft-heal" },
    { name: "what a restart ended", label: "bad", fixes: [fix(5, "restart", true)], want: "hard-restart" },
    {
      name: "what outlived a soft heal and not a restart",
      label: "bad",
      fixes: [fix(5, "soft-heal", false), fix(15, "restart", true)],
      want: "hard-restart",
    },
    { name: "a fix of that very pod", label: "bad", fixes: [fix(5, "restart", true, "web-1")], want: "hard-restart" },
    { name: "what a rollback ended", label: "bad", fixes: [fix(5, "other", true)], want: undefined },
    { name: "a fix of which nobody knows", label: "bad", fixes: [fix(5, "restart", undefined)], want: undefined },
    { name: "a fix of another workload", label: "bad", fixes: [fix(5, "restart", true, "db")], want: undefined },
    { name: "a fix hours later", label: "bad", fixes: [fix(300, "restart", true)], want: undefined },
    { name: "a fix before", label: "bad", fixes: [fix(-5, "restart", true)], want: undefined },
    { name: "what was only suspected", label: "alert", fixes: [fix(5, "restart", true)], want: undefined },
  ])("$name: $want", async ({ label, fixes, want }) => {
    const { samples, leftOut } = await treatedSamples(pages([sample(minute(0), "web-1", label)]), fixes, 100);
    expect(samples.map(({ decision }) => decision)).toEqual(want === undefined ? [] : [want]);
    expect(leftOut).toBe(want === undefined ? 1 : 0);
  });

  test("they look back as the detector does: growth, errors of before, a heal that was tried", async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      sample(start + i * everyMs, "web-1", i < 20 ? "good" : "bad", {
        healthMemoryRatio: 0.4 + 0.01 * i,
        healthErrorCount: 10 * i,
      }),
    );
    const { samples } = await treatedSamples(
      pages(rows, 7),
      [fix(15, "soft-heal", false), fix(25, "restart", true)],
      100,
    );
    expect(samples[0]?.vitals).toMatchObject({ errorCount: 0, memoryGrowth: undefined, minutesSinceHeal: undefined });
    expect(samples[25]?.vitals.memoryGrowth).toBeCloseTo(0.02);
    expect(samples[25]?.vitals.errorCount).toBeCloseTo(100);
    expect(samples[39]).toMatchObject({ decision: "hard-restart", vitals: { minutesSinceHeal: 4.5 } });
  });

  test("pods without a health endpoint teach nothing", async () => {
    const { samples, leftOut } = await treatedSamples(
      pages([sample(start, "db-1", "good", { healthUptimeSeconds: null })]),
      [],
      100,
    );
    expect([samples.length, leftOut]).toEqual([0, 0]);
  });

  test("of too many, good times are thinned out and trouble is kept", async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) =>
      sample(start + i * 1_000, "web-1", i % 100 === 99 ? "bad" : "good"),
    );
    const cures = [fix(55, "restart", true)];
    const { samples, leftOut } = await treatedSamples(pages(rows), cures, 500);
    expect(samples.length).toBeLessThanOrEqual(500);
    expect(samples.length + leftOut).toBe(3_000);
    expect(samples.filter(({ decision }) => decision === "hard-restart")).toHaveLength(30);
    const good = samples.filter(({ decision }) => decision === "none");
    expect(good.at(-1)?.at).toBeGreaterThan(start + 2_900_000);
  });
});

describe("kubemend train --health --from-database", () => {
  let database: TestDatabase;
  let folder: string;
  let said = "";
  beforeEach(async () => {
    database = await withDatabase();
    folder = await mkdtemp(join(tmpdir(), "health-db-"));
    await writeFile(
      join(folder, "kubemend.yaml"),
      JSON.stringify({ cluster: "east", database: { url: database.url }, capture: { days: 14 } }),
    );
    said = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    process.exitCode = 0;
    await database.close();
    await rm(folder, { recursive: true });
  });

  async function apply(id: number, action: ActionCode, at: number, helped: boolean): Promise<void> {
    const target = makeRef("Deployment", "shop", "web");
    await saveIncident(database, incidentRow(id, { cluster: "east", target, affected: [target] }));
    const made = {
      ...plan,
      id: `plan-${id}-${action}`,
      recommendationId: `R-${action}`,
      incidentId: String(id),
      action,
      target,
    };
    await savePlan(database, made, { requestedBy: null, cause: "application-degraded", confidence: 0.8 }, "east");
    await database.pool.query(
      "update action_plan set state = 'applied', applied_at = to_timestamp($2::double precision / 1000) where id = $1",
      [made.id, at],
    );
    const verdict = helped ? "recovered" : "not-recovered";
    await saveVerification(database, { planId: made.id, verdict, reason: "seen", at, remaining: [], fresh: [] });
  }

  /** Two days of one application: when its memory is over 0.8 a soft heal helps, when it makes errors a restart does. */
  async function twoDays(): Promise<void> {
    const start = Date.now() - 49 * 3_600_000;
    const pods: PodSample[] = [];
    for (let hour = 0; hour < 48; hour++) {
      const fills = hour % 4 === 1;
      const fails = hour % 4 === 3;
      for (let i = 0; i < perHour; i++) {
        const ill = i >= 60 && i < 80;
        const wave = 0.05 * Math.sin(i / 7);
        pods.push(
          sample(start + (hour * perHour + i) * everyMs, "web-1", ill && (fills || fails) ? "bad" : "good", {
            healthCpuRatio: 0.3 + wave,
            healthMemoryRatio: fills && ill ? 0.9 : 0.45 + wave,
            // Counted since the start.
            healthErrorCount: 1_000 * Math.floor(hour / 4) + (fails ? 50 * Math.max(0, Math.min(i, 80) - 60) : 0),
          }),
        );
      }
      const at = start + (hour * perHour + 80) * everyMs;
      if (fills) await apply(hour + 1, "soft-heal", at, true);
      if (fails) {
        await apply(hour + 1, "soft-heal", at - 5 * everyMs, false);
        await apply(hour + 1, "restart", at, true);
      }
    }
    await insertSamples(database, "east", { nodes: [], deployments: [], pods });
  }

  const options = () => ({
    health: true,
    fromDatabase: true,
    config: join(folder, "kubemend.yaml"),
    out: join(folder, "model"),
  });

  test("learns what has helped this cluster, replaces what comes along, and is not replaced by the same", async () => {
    await twoDays();
    await train(options());
    const path = join(folder, "model", "model.json");
    const file = JSON.parse(await readFile(path, "utf8")) as HealthModelFile;
    expect(file.data).toMatchObject({ kind: "samples", source: "what was captured of east" });
    expect(said).toMatch(/Wrote .* \(the one before: 0\.\d+\)/);
    const read = readHealthModel(join(folder, "model"));
    if (read.outcome !== "read") throw new Error(`the model is ${read.outcome}`);
    const vitals = { cpuRatio: 0.3, uptimeSeconds: 1e6, hour: 12, cpuGrowth: 0, errorsBefore: 0 };
    const decided = (more: { memoryRatio: number; errorCount: number; memoryGrowth: number }) =>
      decide(chancesOf(read.classifier, { ...vitals, ...more }));
    expect(decided({ memoryRatio: 0.45, errorCount: 0, memoryGrowth: 0 })).toBe("none");
    expect(decided({ memoryRatio: 0.9, errorCount: 0, memoryGrowth: 0.09 })).toBe("soft-heal");
    expect(decided({ memoryRatio: 0.45, errorCount: 400, memoryGrowth: 0 })).toBe("hard-restart");
    await train(options());
    expect(said).toMatch(/at least as good .* it stays/);
    expect(process.exitCode).toBe(1);
  });

  test("says what is missing while nothing has helped yet", async () => {
    const start = Date.now() - 3 * 3_600_000;
    const pods = Array.from({ length: 300 }, (_, i) => sample(start + i * everyMs, "web-1", "good"));
    await insertSamples(database, "east", { nodes: [], deployments: [], pods });
    await expect(train(options())).rejects.toMatchObject({
      code: "few-samples",
      exitCode: 2,
      message: expect.stringContaining("All samples are labelled none"),
      remedy: expect.stringMatching(/kubemend\.dev\/health-path.*0 so far.*--samples/),
    });
  });
});
