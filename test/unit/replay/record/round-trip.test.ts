import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../../../src/app/diagnosis/analysis-result.ts";
import { analyzeRecording } from "../../../../src/app/diagnosis/analyze-recording.ts";
import { startRecording } from "../../../../src/cli/start-recording.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { loadTruth } from "../../../../src/replay/player/load-truth.ts";
import type { RecordingSummary } from "../../../../src/replay/record/record-signals.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../../src/replay/recording/recorded-signals.ts";
import { serveRecording } from "../../../../src/replay/serve.ts";

const original = join(import.meta.dirname, "../../../recordings/sock-shop-01");
/** Virtual seconds in a real one; a slow machine only gets fewer samples. */
const speed = 25;
const minutesBefore = 4;
const minutesAfter = 2.5;

const analyze = (recording: Recording): Promise<AnalysisResult> =>
  analyzeRecording({
    cluster: recording.header.name,
    start: recording.start,
    end: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
  });
const found = ({ incidents }: AnalysisResult) =>
  incidents.map(({ diagnosis }) => {
    const best = diagnosis.hypotheses[0];
    return best && `${best.cause} ${best.culprit.kind} ${best.culprit.namespace}/${best.culprit.name}`;
  });

describe("a recorded cluster, served again and recorded from its API", () => {
  let folder: string;
  let summary: RecordingSummary;
  let copy: Recording;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubemend-record-"));
    const [fault] = await loadTruth(original);
    if (!fault) throw new Error("the recording has a fault");
    const cluster = await serveRecording({ recording: original, hold: false, speed });
    try {
      cluster.clock.jumpTo(fault.injectedAt - minutesBefore * 60_000);
      const running = await startRecording({
        kubeConfig: cluster.kubeconfig,
        namespaces: ["sock-shop"],
        folder: join(folder, "again"),
        log: silentLogger,
        redact: createRedactor().redact,
        clock: cluster.clock,
        minutes: minutesBefore + minutesAfter,
      });
      summary = await running.done;
    } finally {
      await cluster.close();
    }
    copy = await loadRecording(summary.folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("shows the same incident, cause and culprit", async () => {
    const before = found(await analyze(await loadRecording(original)));
    expect(before).toEqual(["memory-limit-too-low Deployment sock-shop/carts"]);
    expect(found(await analyze(copy))).toEqual(before);
  });

  test("tells in its header what it is, and its rows lie inside its time", () => {
    expect(copy.header).toMatchObject({
      version: 1,
      name: "again",
      kubernetesVersion: "1.36.2",
      namespaces: ["sock-shop"],
      scrapeIntervalSeconds: 5,
    });
    expect(copy.end - copy.start).toBeGreaterThanOrEqual((minutesBefore + minutesAfter) * 60_000);
    for (const rows of [copy.changes, copy.events, copy.logs])
      for (const { at } of rows) {
        expect(at).toBeGreaterThanOrEqual(copy.start);
        expect(at).toBeLessThanOrEqual(copy.end);
      }
  });

  test("holds every kind of thing that the original has, but what the reader may not read", () => {
    const kinds = (objects: Recording["objects"]) => [...new Set(objects.map(({ kind }) => kind))].toSorted();
    expect(summary.counts).toMatchObject({ objects: copy.objects.length, changes: copy.changes.length });
    expect(summary.blind).toEqual([]);
    expect(kinds(copy.objects)).toEqual(
      expect.arrayContaining(["Node", "Namespace", "Pod", "Deployment", "ReplicaSet"]),
    );
    expect(kinds(copy.objects)).not.toContain("Secret");
    expect(copy.objects.filter(({ metadata }) => metadata.name === "kube-root-ca.crt")).toEqual([]);
    const names = new Set(copy.series.map(({ name }) => name));
    for (const name of ["up", "container_memory_working_set_bytes", "http_requests_total", "machine_cpu_cores"])
      expect(names).toContain(name);
    expect(new Set(copy.logs.map(({ container }) => container)).size).toBeGreaterThan(4);
    expect(copy.events.length).toBeGreaterThan(0);
  });

  test("has one line for each series, with times that only grow", () => {
    const keys = copy.series.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).toSorted()]));
    expect(new Set(keys).size).toBe(keys.length);
    for (const { name, times } of copy.series)
      for (let i = 1; i < times.length; i++) expect(times[i], name).toBeGreaterThan(times[i - 1] ?? 0);
  });
});
