import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { train } from "../../../../src/cli/train.ts";
import { decide, type HealthChances, type HealthDecision } from "../../../../src/detection/health/decision.ts";
import {
  chancesOf,
  defaultHealthModelFolder,
  type HealthModelFile,
  readHealthModel,
} from "../../../../src/detection/health/health-model.ts";
import { loadHealthModel } from "../../../../src/detection/health/load-health-model.ts";
import { simulateHealth } from "../../../../src/detection/health/simulate-health.ts";
import { measureHealth, splitByTime } from "../../../../src/detection/health/train-health.ts";
import { otherFates } from "../../../support/other-fates.ts";

const watched = { uptimeSeconds: 86_400, hour: 14, memoryGrowth: 0, cpuGrowth: 0 };

let folder: string;
let said: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "health-"));
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await rm(folder, { recursive: true });
});

const header = "timestamp,cpu,memory,error_count,uptime_seconds,decision";

/** Memory decides, some labels are wrong. */
function csv(count: number, wrongLabels: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const memory = ((i * 37) % 100) / 100;
    const ill = memory > 0.7 !== (i * 53) % 100 < wrongLabels * 100;
    const at = new Date(Date.UTC(2026, 5, 1) + i * 60_000).toISOString();
    return `${at},0.4,${memory},${(i * 11) % 7},${i * 60},${ill ? "soft-heal" : "none"}`;
  });
  return [header, ...rows].join("\n");
}

async function trainOn(text: string, options: { force?: boolean } = {}) {
  const samples = join(folder, "samples.csv");
  await writeFile(samples, text);
  await train({ health: true, samples, out: folder, ...options });
  return JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as HealthModelFile;
}

describe("the model that comes along", () => {
  const read = readHealthModel(defaultHealthModelFolder);
  if (read.outcome !== "read") throw new Error(`the model is ${read.outcome}`);
  const { file, classifier } = read;

  test("says that it has seen no real application", () => {
    expect(file.data).toMatchObject({ kind: "synthetic", note: expect.stringContaining("Synthetic") });
  });

  test("keeps its figures on another simulation, which it has not seen", () => {
    const samples = simulateHealth({ instances: 900, seed: 77 });
    const { brier, brierOfFrequencies, confusion } = measureHealth(classifier, samples);
    expect(brier).toBeLessThan(0.6 * brierOfFrequencies);
    const [none = [], soft = [], hard = []] = confusion;
    const sum = (row: readonly number[]) => row.reduce((total, count) => total + count, 0);
    expect((none[0] ?? 0) / sum(none)).toBeGreaterThan(0.97);
    expect(1 - ((soft[0] ?? 0) + (hard[0] ?? 0)) / (sum(soft) + sum(hard))).toBeGreaterThan(0.7);
    // Of the restarts that were needed, and of those that were called for.
    expect((hard[2] ?? 0) / sum(hard)).toBeGreaterThan(0.6);
    expect((hard[2] ?? 0) / ((none[2] ?? 0) + (soft[2] ?? 0) + (hard[2] ?? 0))).toBeGreaterThan(0.5);
  });

  test.each(
    Object.entries(otherFates),
  )("is better than never acting on applications unlike those it has learnt from: %s", (_, fates) => {
    const { brier, brierOfFrequencies, minutesLost, confusion } = measureHealth(
      classifier,
      simulateHealth({ instances: 250, seed: 79, fates }),
    );
    expect(brier).toBeLessThan(0.9 * brierOfFrequencies);
    expect(minutesLost?.model).toBeLessThan(0.9 * (minutesLost?.never ?? 0));
    const [none = []] = confusion;
    expect((none[0] ?? 0) / none.reduce((total, count) => total + count, 0)).toBeGreaterThan(0.94);
  });

  test("is calibrated: of what it says with p, about p comes true", () => {
    const samples = simulateHealth({ instances: 300, seed: 78 });
    const bins = Array.from({ length: 5 }, () => ({ said: 0, true: 0, count: 0 }));
    for (const { vitals, decision } of samples) {
      const chance = 1 - chancesOf(classifier, vitals)[0];
      const bin = bins[Math.min(4, Math.floor(chance * 5))];
      if (!bin) continue;
      bin.said += chance;
      bin.true += decision === "none" ? 0 : 1;
      bin.count++;
    }
    const off = bins.map((bin) => (Math.abs(bin.said - bin.true) / samples.length) * 100);
    expect(off.reduce((a, b) => a + b, 0)).toBeLessThan(2);
  });

  test.each<{ name: string; vitals: Parameters<typeof chancesOf>[1]; want: HealthDecision }>([
    {
      name: "an ordinary day is none",
      vitals: { cpuRatio: 0.3, memoryRatio: 0.5, errorCount: 1, uptimeSeconds: 86_400, hour: 12 },
      want: "none",
    },
    {
      name: "a busy but healthy hour is none",
      vitals: { cpuRatio: 0.85, memoryRatio: 0.6, errorCount: 0, uptimeSeconds: 86_400, hour: 14 },
      want: "none",
    },
    {
      name: "many errors, little CPU and ordinary memory are broken connections: a soft heal",
      vitals: { cpuRatio: 0.1, memoryRatio: 0.3, errorCount: 500, uptimeSeconds: 86_400, hour: 14 },
      want: "soft-heal",
    },
    {
      name: "waiting requests that fill memory while next to no CPU is used need a restart",
      vitals: { cpuRatio: 0.05, memoryRatio: 0.7, errorCount: 2_000, uptimeSeconds: 86_400, hour: 14 },
      want: "hard-restart",
    },
    {
      name: "errors that go on are a soft heal, as long as none has been tried",
      vitals: { ...watched, cpuRatio: 0.05, memoryRatio: 0.35, errorCount: 500, errorsBefore: 500 },
      want: "soft-heal",
    },
    {
      name: "errors that have outlived a soft heal need a restart",
      vitals: {
        ...watched,
        ...{
          cpuRatio: 0.05,
          memoryRatio: 0.35,
          errorCount: 500,
          errorsBefore: 500,
          minutesSinceHeal: 4,
          freedByHeal: 0,
        },
      },
      want: "hard-restart",
    },
    {
      name: "memory that is high and stays there is nothing",
      vitals: { ...watched, cpuRatio: 0.3, memoryRatio: 0.85, errorCount: 0, errorsBefore: 0 },
      want: "none",
    },
    {
      name: "memory that will be full within two minutes is told before it is",
      vitals: { ...watched, cpuRatio: 0.3, memoryRatio: 0.9, errorCount: 0, errorsBefore: 0, memoryGrowth: 0.05 },
      want: "soft-heal",
    },
  ])("$name", ({ vitals, want }) => {
    expect(decide(chancesOf(classifier, vitals))).toBe(want);
  });
});

describe("kubemend train --health", () => {
  test("learns from labelled samples and reports on the newest, which it has not seen", async () => {
    const file = await trainOn(csv(4_000, 0));
    expect(file.data).toMatchObject({ kind: "samples", source: "samples.csv", rows: 4_000 });
    expect(file.heldBack.rows).toBe(1_000);
    expect(file.heldBack.accuracy).toBeGreaterThan(0.98);
    expect(said).toMatch(/Brier score 0\.\d+ \(not calibrated/);
    expect(readHealthModel(folder).outcome).toBe("read");
  });

  test("learns from the history of each instance where rows say which it is", async () => {
    // Only growth tells who needs something; every look by itself is like any other.
    const rows = Array.from({ length: 200 }, (_, minute) =>
      Array.from({ length: 20 }, (_, instance) => {
        const wave = (minute * 7 + instance * 13) % 60;
        const grows = instance % 2 === 0;
        const memory = 0.3 + 0.005 * (grows ? wave : 60 - wave);
        const at = new Date(Date.UTC(2026, 5, 1) + minute * 5 * 60_000).toISOString();
        return `${at},0.4,${memory.toFixed(4)},0,${1e6},${grows ? "soft-heal" : "none"},web-${instance}`;
      }),
    ).flat();
    const blind = await trainOn([header, ...rows].join("\n"), { force: true });
    const seeing = await trainOn([`${header},instance`, ...rows].join("\n"), { force: true });
    expect(seeing.heldBack.brier).toBeLessThan(0.5 * blind.heldBack.brier);
  });

  test("refuses to replace a better model, unless forced", async () => {
    const good = await trainOn(csv(4_000, 0));
    const kept = await trainOn(csv(300, 0));
    expect(kept.sha256).toBe(good.sha256);
    expect(said).toMatch(/it stays/);
    expect(process.exitCode).toBe(1);
    const forced = await trainOn(csv(300, 0), { force: true });
    expect(forced.sha256).not.toBe(good.sha256);
  });

  test.each([
    { name: "a column that is missing", text: "timestamp,cpu\n", message: /no column memory and error_count/ },
    {
      name: "a number that is none",
      text: `${header}\n2026-06-01T00:00:00Z,much,0.5,0,10,none`,
      message: /Line 2.*cpu/,
    },
    { name: "memory in per cent", text: `${header}\n2026-06-01T00:00:00Z,0.5,50,0,10,none`, message: /Line 2.*memory/ },
    { name: "an unknown decision", text: `${header}\n2026-06-01T00:00:00Z,0.5,0.5,0,10,maybe`, message: /decision/ },
    { name: "a handful of samples", text: csv(20, 0), message: /too few/ },
    {
      name: "samples whose newest part needed nothing",
      text: csv(4_000, 0)
        .split("\n")
        .map((line, i) => (i > 2_500 ? line.replace("soft-heal", "none") : line))
        .join("\n"),
      message: /only 0 are labelled otherwise/,
    },
    { name: "one label only", text: csv(400, 0).replaceAll("soft-heal", "none"), message: /nothing to learn/ },
  ])("refuses $name", async ({ text, message }) => {
    await expect(trainOn(text)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });

  test.each([
    { name: "recordings, which are for the forecaster", options: { health: true, recordings: ["x"] } },
    { name: "samples without --health", options: { samples: "x.csv" } },
  ])("refuses $name", async ({ options }) => {
    await expect(train(options)).rejects.toMatchObject({ code: "mixed-options", exitCode: 2 });
  });

  test("refuses a file that is not there", async () => {
    await expect(train({ health: true, samples: join(folder, "none.csv"), out: folder })).rejects.toMatchObject({
      code: "no-samples",
      exitCode: 2,
    });
  });
});

test("a model that knows only how things are now, not how they were, is read and used", async () => {
  const file = await trainOn(csv(1_000, 0));
  const older = { ...file, features: file.features.slice(0, 6) };
  await writeFile(join(folder, "model.json"), JSON.stringify(older));
  const read = readHealthModel(folder);
  if (read.outcome !== "read") throw new Error(`it is ${read.outcome}`);
  const vitals = { cpuRatio: 0.4, memoryRatio: 0.9, errorCount: 2, uptimeSeconds: 600, hour: 3 };
  expect(decide(chancesOf(read.classifier, vitals))).toBe("soft-heal");
});

test("a model that was changed by hand is not used, and that is said once", async () => {
  const file = await trainOn(csv(1_000, 0));
  await writeFile(join(folder, "model.json"), JSON.stringify({ ...file, trees: ["=1,0,0"] }));
  const warnings: string[] = [];
  expect(loadHealthModel(folder, (text) => warnings.push(text))).toBeUndefined();
  expect(loadHealthModel(folder, (text) => warnings.push(text))).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("damaged")]);
});

test("samples are split by time, those of one moment together", () => {
  const samples = simulateHealth({ instances: 20, seed: 2 }).map((sample) => ({
    ...sample,
    at: Math.floor(sample.at / 3_600_000) * 3_600_000,
  }));
  const { grow, calibrate, heldBack } = splitByTime(samples.toReversed());
  const times = (part: readonly { at: number }[]) => part.map(({ at }) => at);
  expect(Math.max(...times(grow))).toBeLessThan(Math.min(...times(calibrate)));
  expect(Math.max(...times(calibrate))).toBeLessThan(Math.min(...times(heldBack)));
  expect(grow.length + calibrate.length + heldBack.length).toBe(samples.length);
});

test.each<{ chances: HealthChances; want: HealthDecision }>([
  { chances: [0.65, 0.3, 0.05], want: "none" },
  { chances: [0.55, 0.4, 0.05], want: "soft-heal" },
  { chances: [0.1, 0.4, 0.5], want: "hard-restart" },
  // A soft heal is the cheaper try, unless it is probably in vain.
  { chances: [0.05, 0.62, 0.33], want: "soft-heal" },
  { chances: [0.1, 0.5, 0.4], want: "hard-restart" },
  // Neither is likely by itself, that something is wrong is.
  { chances: [0.45, 0.15, 0.4], want: "hard-restart" },
])("$chances means $want", ({ chances, want }) => expect(decide(chances)).toBe(want));
