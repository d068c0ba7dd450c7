import { join } from "node:path";
import { type AnalysedCase, analyzeRecording } from "../../src/app/diagnosis/analyze-recording.ts";
import { configSchema } from "../../src/config/config.ts";
import type { SampleBatch } from "../../src/incident/cluster-sample.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { insertSamples } from "../../src/store/cluster/samples.ts";
import { thinSamples } from "../../src/store/cluster/tidy-samples.ts";
import type { Database } from "../../src/store/database.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, rounded } from "./row.ts";

const pods = 1_000;
const podsPerNode = 50;
const podsPerDeployment = 4;
/** Of samples; at one in 30 s, two hours. */
const times = 240;
const samplesPerDay = 86_400 / 30;
const { days, fullDays } = configSchema.parse({}).capture;
const copies = 50;
const recordings = ["sock-shop-01", "sock-shop-06"];
const mebibyte = 2 ** 20;

/** All values that a pod with requests and a limit has; those of its health are rare. */
function batchAt(at: number): SampleBatch {
  const label = "good" as const;
  const value = (i: number) => Math.abs(Math.sin(i + at / 1e7));
  return {
    nodes: Array.from({ length: pods / podsPerNode }, (_, i) => ({
      at,
      label,
      node: `worker-${i}.example.internal`,
      ready: true,
      pods: podsPerNode,
      cpuRatio: value(i),
      memoryRatio: value(i),
      filesystemRatio: value(i),
    })),
    pods: Array.from({ length: pods }, (_, i) => ({
      at,
      label,
      namespace: `team-${i % 20}`,
      pod: `service-${i}-6d8f7c9b5d-x${i}`,
      workload: `service-${i}`,
      ready: true,
      restarts: 0,
      cpuCores: value(i),
      cpuThrottledRatio: value(i),
      memoryBytes: value(i) * 1e9,
      memoryLimitRatio: value(i),
      networkReceiveBytesPerSecond: value(i) * 1e5,
      networkTransmitBytesPerSecond: value(i) * 1e5,
      requestsPerSecond: value(i) * 50,
      errorRatio: value(i) / 100,
      latencyMeanSeconds: value(i),
      healthCpuRatio: null,
      healthMemoryRatio: null,
      healthErrorCount: null,
      healthUptimeSeconds: null,
    })),
    deployments: Array.from({ length: pods / podsPerDeployment }, (_, i) => ({
      at,
      label,
      namespace: `team-${i % 20}`,
      deployment: `service-${i}`,
      desired: podsPerDeployment,
      available: podsPerDeployment,
      updated: podsPerDeployment,
      requestsPerSecond: value(i) * 50,
      errorsPerSecond: value(i),
      errorRatio: value(i) / 100,
      latencyP50Seconds: value(i),
      latencyP95Seconds: value(i),
      latencyMeanSeconds: value(i),
    })),
  };
}

/** Bytes on disk of tables with their indexes and what is stored out of line. */
async function bytesOf({ pool }: Database, tables: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    "select sum(pg_total_relation_size(name::regclass))::text as bytes from unnest($1::text[]) as name",
    [tables],
  );
  return Number(rows[0]?.bytes ?? 0);
}

async function casesOf(name: string): Promise<AnalysedCase[]> {
  const recording = await loadRecording(join(import.meta.dirname, "../recordings", name));
  const cases: AnalysedCase[] = [];
  await analyzeRecording({
    cluster: recording.header.name,
    start: recording.start,
    end: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
    onCase: (one) => cases.push(one),
  });
  return cases;
}

/** What kubemend's database grows by: samples of 1,000 pods (`capture`), and incidents with their evidence. */
export async function benchGrowth(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const { database } = postgres;
  const sampleTables = ["sample_object", "node_sample", "pod_sample", "deployment_sample"];
  const before = await bytesOf(database, sampleTables);
  const start = Date.parse("2026-11-01T00:00:00Z");
  const startedAt = performance.now();
  for (let i = 0; i < times; i++) await insertSamples(database, "growth", batchAt(start + i * 30_000));
  const insertMs = (performance.now() - startedAt) / times;
  const aDay = (((await bytesOf(database, sampleTables)) - before) / times) * samplesPerDay;
  await thinSamples(database, "growth", start + times * 30_000);
  // What was deleted is room for what comes; here nothing comes.
  for (const table of sampleTables) await database.pool.query(`vacuum full ${table}`);
  const aThinDay = (((await bytesOf(database, sampleTables)) - before) / times) * samplesPerDay;
  const kept = fullDays * aDay + (days - fullDays) * aThinDay;

  const cases = (await Promise.all(recordings.map(casesOf))).flat();
  const incidentTables = ["incident", "diagnosis", "evidence", "timeline"];
  const empty = await bytesOf(database, incidentTables);
  let made = 0;
  for (let copy = 0; copy < copies; copy++)
    for (const { incident, diagnosis, recommendations, evidence } of cases) {
      const id = String(++made);
      await saveIncident(database, { ...incident, id, groupKey: `${incident.groupKey}/${id}` });
      await saveDiagnosis(database, { diagnosis: { ...diagnosis, incidentId: id }, recommendations }, evidence);
    }
  const anIncident = ((await bytesOf(database, incidentTables)) - empty) / made;
  return [
    { name: "growth: samples of 1,000 pods, a day", value: rounded(aDay / mebibyte), unit: "MiB" },
    {
      name: "growth: samples of 1,000 pods, a day that is thinned out",
      value: rounded(aThinDay / mebibyte),
      unit: "MiB",
    },
    { name: `growth: samples of 1,000 pods, ${days} days`, value: rounded(kept / mebibyte), unit: "MiB" },
    { name: "growth: writing the samples of 1,000 pods once", value: rounded(insertMs), unit: "ms" },
    { name: "growth: an incident with its evidence", value: rounded(anIncident / 1024), unit: "KiB" },
  ];
}
