import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubeEvent, KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import type { RawSeries, Signal } from "../../../../src/cluster/signal.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";
import { cleanObject } from "../../../../src/replay/record/clean-object.ts";
import { type RecordOptions, recordSignals } from "../../../../src/replay/record/record-signals.ts";
import { writeTruth } from "../../../../src/replay/record/write-truth.ts";
import { loadRecording } from "../../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../../src/replay/recording/recorded-signals.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

const startAt = Date.parse("2026-11-20T10:00:00Z");
const password = "hunter2-correct-horse-staple";
const { redact } = createRedactor();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubemend-record-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const object = (kind: string, name: string, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", uid: `uid-${kind}-${name}` },
  ...rest,
});
const change = (at: number, one: KubeObject, type: "ADDED" | "MODIFIED" | "DELETED" = "ADDED"): Signal => ({
  type: "object",
  at: startAt + at,
  change: type,
  object: one,
});
const whole: Signal = { type: "source", at: startAt, source: "kubernetes-watch", ok: true, detail: "" };
const happened = (at: number, name: string, count: number): Signal => ({
  type: "event",
  at: startAt + at,
  event: {
    ...object("Event", name),
    involvedObject: { kind: "Pod", namespace: "shop", name: "web" },
    reason: "BackOff",
    message: `password=${password}`,
    count,
    lastTimestamp: new Date(startAt + at).toISOString(),
  } as unknown as KubeEvent,
});
const said = (at: number, line: string): Signal => ({
  type: "log",
  at: startAt + at,
  line: { at: startAt + at, namespace: "shop", pod: "web", container: "web", line },
});

async function* from(signals: readonly Signal[]): AsyncGenerator<Signal> {
  yield* signals;
}
const recorded = (signals: readonly Signal[], over: Partial<RecordOptions> = {}) =>
  recordSignals({
    signals: from(signals),
    clock: createManualClock(startAt + 60_000),
    folder: join(folder, "shop-01"),
    description: "A test.",
    kubernetesVersion: "v1.31.2",
    namespaces: ["shop"],
    scrapeIntervalSeconds: 5,
    redact,
    maxBytes: 1_000_000,
    ...over,
  });
const allText = async () => {
  const names = await readdir(join(folder, "shop-01"));
  const parts = names.map(async (name) => {
    const bytes = await readFile(join(folder, "shop-01", name));
    return name.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
  });
  return (await Promise.all(parts)).join("\n");
};

test("what was listed before the whole cluster was seen is the state at the start, the rest are changes", async () => {
  const pod = object("Pod", "web", { spec: { containers: [{ name: "web" }] } });
  await recorded([
    change(-20, pod),
    change(-10, object("Service", "gone")),
    change(-5, object("Service", "gone"), "DELETED"),
    whole,
    change(10, pod, "DELETED"),
  ]);
  const { objects, changes, header } = await loadRecording(join(folder, "shop-01"));
  expect(objects.map(({ kind }) => kind)).toEqual(["Pod"]);
  expect(changes).toMatchObject([{ at: startAt + 10, change: "DELETED", object: { kind: "Pod" } }]);
  expect(header).toMatchObject({ name: "shop-01", kubernetesVersion: "1.31.2", namespaces: ["shop"] });
});

test("an event that comes again is a change of the first, and one from before is left out until it happens again", async () => {
  await recorded([
    happened(-60_000, "old", 1),
    whole,
    happened(10, "a", 1),
    happened(20, "a", 2),
    happened(30, "old", 2),
  ]);
  const { events } = await loadRecording(join(folder, "shop-01"));
  expect(events.map(({ change: type, event }) => `${type} ${event.metadata.name} ${event.count}`)).toEqual([
    "ADDED a 1",
    "MODIFIED a 2",
    "MODIFIED old 2",
  ]);
});

test("a node's heartbeats are left out, what else it says is not", async () => {
  const node = (beat: string, status: string) =>
    object("Node", "n1", { status: { conditions: [{ type: "Ready", status, lastHeartbeatTime: beat }] } });
  await recorded([
    change(-1, node("1", "True")),
    whole,
    change(1, node("2", "True"), "MODIFIED"),
    change(2, node("3", "False"), "MODIFIED"),
  ]);
  const { changes } = await loadRecording(join(folder, "shop-01"));
  expect(changes.map(({ at }) => at)).toEqual([startAt + 2]);
});

test("samples are kept by series, with the values as Prometheus writes them; other services of a node are not", async () => {
  const labels = { namespace: "shop", pod: "web" };
  const up = { name: "up", labels };
  const system = { name: "container_cpu_usage_seconds_total", labels: { id: "/system.slice/sshd", node: "n1" } };
  const sample = (at: number, series: RawSeries, value: number) => ({ series, at: startAt + at, value });
  const round = (at: number, samples: readonly ReturnType<typeof sample>[]): Signal => ({
    type: "samples",
    at: startAt + at,
    samples,
  });
  await recorded([
    round(-5_000, [sample(-5_000, up, 1)]),
    whole,
    round(1_000, [sample(1_000, up, 1), sample(1_000, system, 5)]),
    // The same series, told by a target that came again.
    round(6_000, [sample(6_000, { name: "up", labels: { ...labels } }, Number.POSITIVE_INFINITY)]),
  ]);
  const { series } = await loadRecording(join(folder, "shop-01"));
  expect(series.map((one) => [one.name, one.labels, [...one.times], [...one.values]])).toEqual([
    ["up", labels, [startAt + 1_000, startAt + 6_000], [1, Number.POSITIVE_INFINITY]],
  ]);
});

describe("secrets", () => {
  const secretive = [
    change(
      -3,
      object("ConfigMap", "settings", {
        data: { DB_PASSWORD: password, "app.yaml": `db:\n  password: ${password}\n` },
      }),
    ),
    change(
      -2,
      object("Pod", "web", {
        spec: {
          containers: [
            { name: "web", env: [{ name: "API_TOKEN", value: password }], args: [`--password=${password}`] },
          ],
        },
      }),
    ),
    change(-1, object("Secret", "db", { data: { password: Buffer.from(password).toString("base64") } })),
    whole,
    said(5, `connecting with postgres://shop:${password}@db/shop`),
    happened(6, "a", 1),
  ];

  test("are replaced in every text, and the names that stand before them stay", async () => {
    await recorded(secretive);
    const text = await allText();
    expect(text).not.toContain(password);
    expect(text).not.toContain(Buffer.from(password).toString("base64"));
    for (const name of ["DB_PASSWORD", "API_TOKEN", "postgres://shop:<redacted-"]) expect(text).toContain(name);
    const { objects } = await loadRecording(join(folder, "shop-01"));
    expect(objects.find(({ kind }) => kind === "Secret")).toMatchObject({ data: { password: "" } });
  });

  test("stay where somebody has asked for raw texts, but never the values of a Secret", async () => {
    await recorded(secretive, { redact: undefined });
    const text = await allText();
    expect(text).toContain(`"DB_PASSWORD": "${password}"`);
    expect(text).not.toContain(Buffer.from(password).toString("base64"));
  });
});

test("managedFields and the second copy of an object are not kept", () => {
  const before = object("ConfigMap", "a", {
    metadata: {
      name: "a",
      uid: "1",
      managedFields: [{}],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "b" },
    },
  });
  expect(cleanObject(before, redact).metadata).toEqual({ name: "a", uid: "1", annotations: { note: "b" } });
});

test("a recording ends when it is large enough, and can be read", async () => {
  const lines = Array.from({ length: 1_000 }, (_, i) => said(i + 1, `line ${i} ${"x".repeat(200)}`));
  let stopped = false;
  const summary = await recorded([whole, ...lines], {
    maxBytes: 20_000,
    onFull: () => {
      stopped = true;
    },
  });
  expect(summary).toMatchObject({ full: true });
  expect(stopped).toBe(true);
  expect((await loadRecording(summary.folder)).logs).toHaveLength(summary.counts.logLines);
  expect(summary.counts.bytes).toBeLessThan(21_000);
});

test("log lines that were lost are told in the description", async () => {
  await recorded([whole, { type: "log-loss", at: startAt + 1, lines: 12 }]);
  expect((await loadRecording(join(folder, "shop-01"))).header.description).toContain("12 log lines are missing");
});

test("a cluster that was never seen whole leaves nothing that looks like a recording", async () => {
  const blind: Signal = {
    type: "source",
    at: startAt,
    source: "kubernetes-watch",
    ok: false,
    detail: "cannot watch pods",
  };
  await expect(recorded([blind])).rejects.toMatchObject({
    code: "recording-never-began",
    exitCode: 2,
    message: expect.stringContaining("cannot watch pods"),
  });
  await expect(loadRecording(join(folder, "shop-01"))).rejects.toMatchObject({ code: "no-recording" });
});

test("a folder with something in it is not written into", async () => {
  await writeFile(join(folder, "mine"), "");
  await expect(recorded([whole], { folder })).rejects.toMatchObject({ code: "recording-folder", exitCode: 2 });
});

describe("the truth of an experiment", () => {
  test("is kept beside the recording", async () => {
    const truth = {
      faults: [
        {
          id: "f1",
          injectedAt: "2026-11-20T10:00:10Z",
          culprit: { kind: "Deployment", namespace: "shop", name: "web" },
          cause: "bad-release",
          fix: { action: "rollback-deployment" },
        },
      ],
    };
    await writeTruth(folder, truth);
    expect(JSON.parse(await readFile(join(folder, "truth.json"), "utf8"))).toEqual({ ...truth, quiet: [] });
  });
  test("that does not fit is refused by its first wrong field", async () => {
    const wrong = { faults: [{ id: "f1", injectedAt: "yesterday" }] };
    await expect(writeTruth(folder, wrong)).rejects.toMatchObject({
      code: "truth-invalid",
      message: expect.stringContaining("faults.0.injectedAt"),
    });
  });
});

describe("a source that cannot be read for a while", () => {
  const sight = (at: number, source: string, ok: boolean, detail = ""): Signal => ({
    type: "source",
    at: startAt + at,
    source,
    ok,
    detail,
  });
  const forbidden = `pods is forbidden: token=${password}`;

  test("is told at once, redacted, and named in the recording with its times", async () => {
    const told: string[] = [];
    const { blind } = await recorded(
      [
        whole,
        sight(1_000, "kubernetes-watch", false, forbidden),
        sight(1_500, "kubernetes-watch", false, "pods and nodes"),
        sight(4_000, "kubernetes-watch", true, "24 watches"),
        sight(5_000, "scrape:nodes", false, "none of 1 targets answers"),
      ],
      { onSight: ({ source, ok, detail, at }) => told.push(`${at - startAt} ${source} ${ok} ${detail}`) },
    );
    expect(told.map((text) => text.replace(/<redacted-[^>]+>/, "<redacted>"))).toEqual([
      "1000 kubernetes-watch false pods is forbidden: token=<redacted>",
      "4000 kubernetes-watch true 24 watches",
      "5000 scrape:nodes false none of 1 targets answers",
    ]);
    const { header } = await loadRecording(join(folder, "shop-01"));
    expect(header.gaps).toMatchObject([
      { source: "kubernetes-watch", from: "2026-11-20T10:00:01.000Z", to: "2026-11-20T10:00:04.000Z" },
      { source: "scrape:nodes", from: "2026-11-20T10:00:05.000Z" },
    ]);
    expect(header.gaps?.[1]).not.toHaveProperty("to");
    expect(blind).toHaveLength(2);
    expect(await allText()).not.toContain(password);
  });

  test("is silent again when the recording is read", async () => {
    await recorded([whole, sight(1_000, "kubernetes-watch", false, "403"), sight(4_000, "kubernetes-watch", true)]);
    const signals = [...recordedSignals(await loadRecording(join(folder, "shop-01")))];
    expect(signals).toMatchObject([
      { type: "source", source: "kubernetes-watch", ok: false, at: startAt + 1_000, detail: "403" },
      { type: "source", source: "kubernetes-watch", ok: true, at: startAt + 4_000 },
    ]);
  });

  test("before the start counts from the start, and is no gap when it was over by then", async () => {
    await recorded([
      sight(-3_000, "logs", false, "late"),
      sight(-2_000, "scrape:pods", false, "early"),
      sight(-1_000, "scrape:pods", true),
      whole,
    ]);
    const { header } = await loadRecording(join(folder, "shop-01"));
    expect(header.gaps).toEqual([{ source: "logs", detail: "late", from: "2026-11-20T10:00:00.000Z" }]);
  });

  test("a recording that missed nothing has no gaps", async () => {
    await recorded([whole]);
    expect((await loadRecording(join(folder, "shop-01"))).header).not.toHaveProperty("gaps");
  });
});
