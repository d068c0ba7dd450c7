import { describe, expect, test } from "vitest";
import { createAlertStore } from "../../../../src/cluster/alert-store.ts";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { alertmanager } from "../../../../src/detection/alerts/alertmanager.ts";
import { alertSignals, createAlertIntake, readAlerts } from "../../../../src/detection/collect/alertmanager.ts";
import { createKnownPods } from "../../../../src/detection/collect/known-pods.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");

interface Wish {
  readonly status?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly fingerprint?: string;
}

const group = (alerts: readonly Wish[], more: object = {}) =>
  JSON.stringify({
    version: "4",
    groupKey: '{}:{alertname="HighErrorRate"}',
    truncatedAlerts: 0,
    status: "firing",
    receiver: "kubemend",
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager",
    alerts: alerts.map((alert, i) => ({
      status: "firing",
      labels: { alertname: "HighErrorRate", namespace: "shop", severity: "critical" },
      annotations: { summary: "5 % of requests fail" },
      startsAt: "2026-11-20T21:58:00.123456789Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://prometheus/graph",
      fingerprint: `f${i}`,
      ...alert,
    })),
    ...more,
  });

describe("a notification is read", () => {
  test("firing and resolved, each with its own time", () => {
    const read = readAlerts(group([{}, { status: "resolved", endsAt: "2026-11-20T21:59:00Z" }]));
    expect(read).toMatchObject({
      ok: true,
      dropped: 0,
      alerts: [
        {
          fingerprint: "f0",
          status: "firing",
          name: "HighErrorRate",
          summary: "5 % of requests fail",
          startsAt: start - 119_877,
        },
        { fingerprint: "f1", status: "resolved", endsAt: start - 60_000 },
      ],
    });
    if (read.ok) expect("endsAt" in (read.alerts[0] ?? {})).toBe(false);
  });

  test("a group of thousands, labels without end and alerts without a start are bounded and counted", () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`l${i}`, "x".repeat(5_000)]));
    const read = readAlerts(
      group([{ startsAt: "never" }, { labels }, ...Array.from({ length: 700 }, () => ({}))], { truncatedAlerts: 3 }),
    );
    expect(read.ok && [read.alerts.length, read.dropped]).toEqual([499, 206]);
    const kept = read.ok ? (read.alerts[0]?.labels ?? {}) : {};
    expect([Object.keys(kept).length, kept["l0"]?.length]).toEqual([64, 1_000]);
  });

  test("of a group of thousands all that have ended are told: nobody says it again", () => {
    const wishes = Array.from({ length: 2_000 }, (_, i) => ({ status: i % 2 === 0 ? "firing" : "resolved" }));
    const read = readAlerts(group(wishes));
    const told = read.ok ? read.alerts : [];
    expect(told.filter(({ status }) => status === "resolved").length).toBe(1_000);
    expect([told.filter(({ status }) => status === "firing").length, read.ok && read.dropped]).toEqual([500, 500]);
  });

  test.each([
    { name: "nothing", body: "" },
    { name: "no JSON", body: "<html>" },
    { name: "another version", body: group([], { version: "3" }) },
    { name: "labels that are no text", body: group([{ labels: { a: 1 } as never }]) },
    { name: "alerts that are no list", body: group([], { alerts: {} }) },
    { name: "an unknown status", body: group([{ status: "pending" }]) },
  ])("$name is refused", ({ body }) => expect(readAlerts(body)).toMatchObject({ ok: false }));
});

const running = {
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
  status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
};
const objects: readonly KubeObject[] = [
  { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop", uid: "d" }, ...running },
  {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "web-5d",
      namespace: "shop",
      uid: "r",
      ownerReferences: [{ kind: "Deployment", name: "web", uid: "d", controller: true }],
    },
    ...running,
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-5d-x",
      namespace: "shop",
      uid: "p",
      ownerReferences: [{ kind: "ReplicaSet", name: "web-5d", uid: "r", controller: true }],
    },
    spec: { containers: [] },
    status: { phase: "Running" },
  },
  { apiVersion: "v1", kind: "Node", metadata: { name: "node-1", uid: "n" } },
];

function engineWith(alerts: readonly Wish[]) {
  const engine = createDetectionEngine({
    observation: createObservation({ cluster: "test" }),
    nextId: () => "1",
    detectors: [alertmanager],
  });
  for (const object of objects) engine.ingest({ type: "object", at: start, change: "ADDED", object });
  const tell = (list: readonly Wish[], at: number) => {
    const read = readAlerts(group(list));
    if (!read.ok) throw new Error(read.detail);
    for (const signal of alertSignals(read, at)) engine.ingest(signal);
  };
  tell(alerts, start);
  return { engine, tell };
}

describe("an alert is an anomaly of the object it names", () => {
  test.each([
    {
      name: "a deployment, although the pod that measured is named too",
      labels: { deployment: "web", pod: "kube-state-metrics-1" },
      target: "Deployment/web",
    },
    { name: "the owner of a pod", labels: { pod: "web-5d-x" }, target: "Deployment/web" },
    { name: "a node", labels: { namespace: "monitoring", node: "node-1" }, target: "Node/node-1" },
    { name: "a volume claim", labels: { persistentvolumeclaim: "data" }, target: "PersistentVolumeClaim/data" },
    {
      name: "the workload that an application calls itself after",
      labels: { service: "web" },
      target: "Deployment/web",
    },
    { name: "a namespace, when nothing else is known", labels: { service: "nobody" }, target: "Namespace/shop" },
    { name: "itself, when it names nothing", labels: { namespace: "" }, target: "Entity/HighErrorRate" },
  ])("$name", ({ labels, target }) => {
    const { engine } = engineWith([
      { labels: { alertname: "HighErrorRate", namespace: "shop", severity: "critical", ...labels } },
    ]);
    const [anomaly] = engine.tick(start + 15_000).active;
    expect([`${anomaly?.target.kind}/${anomaly?.target.name}`, anomaly?.family, anomaly?.severity]).toEqual([
      target,
      "alert",
      "critical",
    ]);
    expect(anomaly?.startsAt).toBe(start - 119_877);
  });

  test.each([
    { severity: "none", want: undefined },
    { severity: "info", want: undefined },
    { severity: "warning", want: "medium" },
    { severity: "page", want: "critical" },
    { severity: "P2", want: "high" },
    { severity: "ticket", want: "low" },
  ])("severity $severity is $want", ({ severity, want }) => {
    const { engine } = engineWith([{ labels: { alertname: "A", namespace: "shop", severity } }]);
    expect(engine.tick(start + 15_000).active[0]?.severity).toBe(want);
  });

  test("the watchdog is not trouble", () => {
    expect(
      engineWith([{ labels: { alertname: "Watchdog", severity: "critical" } }]).engine.tick(start + 15_000).active,
    ).toEqual([]);
  });

  test("an alert that nobody repeats says so, and ends", () => {
    const { engine } = engineWith([{}]);
    const said = (hours: number) => engine.tick(start + hours * 3_600_000).active.map(({ summary }) => summary);
    expect(said(4)).toEqual([expect.not.stringContaining("not repeated")]);
    expect(said(6)).toEqual([expect.stringMatching(/\(not repeated for 6 h: silenced in Alertmanager, or /)]);
    // An anomaly stays for some ticks after the last that showed it.
    for (let i = 0; i < 40; i++) said(10 + i / 240);
    expect(said(10.2)).toEqual([]);
  });

  test("it opens an incident, told again it stays one, and resolved it ends", () => {
    const { engine, tell } = engineWith([{}]);
    const opened = engine.tick(start + 15_000).changes;
    expect(opened.map(({ type }) => type)).toEqual(["opened"]);
    tell([{}], start + 30_000);
    expect(engine.tick(start + 45_000).changes).toEqual([]);
    tell([{ status: "resolved", endsAt: "2026-11-20T22:01:00Z" }], start + 60_000);
    const ended: string[] = [];
    for (let at = start + 75_000; at < start + 400_000; at += 15_000)
      ended.push(...engine.tick(at).changes.map(({ type }) => type));
    expect(ended.at(-1)).toBe("cleared");
    expect(engine.tick(start + 415_000).active).toEqual([]);
  });

  test("a resolution that was overtaken by a new firing does not end it", () => {
    const { engine, tell } = engineWith([{ startsAt: "2026-11-20T21:59:30Z" }]);
    tell([{ status: "resolved", startsAt: "2026-11-20T21:50:00Z", endsAt: "2026-11-20T21:55:00Z" }], start + 1_000);
    expect(engine.tick(start + 15_000).active.length).toBe(1);
  });

  test("an alert whose Alertmanager repeats it once a day is gone when it has missed two", () => {
    const store = createAlertStore({ repeatMs: 24 * 3_600_000 });
    const read = readAlerts(group([{}]));
    if (read.ok && read.alerts[0]) store.apply(read.alerts[0], start);
    expect(store.firing(start + 49 * 3_600_000).length).toBe(1);
    expect(store.firing(start + 50 * 3_600_000)).toEqual([]);
  });

  test("more alerts than there is room for are counted, and those that are held stay", () => {
    const store = createAlertStore({ maxAlerts: 2 });
    const read = readAlerts(group([{}, {}, {}, {}]));
    for (const alert of read.ok ? read.alerts : []) store.apply(alert, start);
    expect([store.firing(start).map(({ fingerprint }) => fingerprint), store.dropped]).toEqual([["f0", "f1"], 2]);
  });
});

describe("what a group does not name any more", () => {
  const minute = 60_000;
  const both = [{ fingerprint: "a" }, { fingerprint: "b" }];
  const onlyA = [{ fingerprint: "a" }];
  interface Told {
    readonly minute: number;
    readonly alerts: readonly Wish[];
    readonly more?: object;
  }
  const otherGroup = { groupKey: '{}/{team="shop"}:{}' };

  test.each<{ name: string; told: readonly Told[]; at: number; want: string }>([
    {
      name: "has gone, also when nobody told that it was resolved: it ended while it was inhibited",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA },
      ],
      at: 12,
      want: "a",
    },
    {
      name: "is given until the group's next notification: a restarted Alertmanager does not know all at once",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA },
        { minute: 10, alerts: both },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "stays for a while",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA },
      ],
      at: 10,
      want: "a b",
    },
    {
      name: "has gone with the whole group's end",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: [{ fingerprint: "a", status: "resolved", endsAt: "2026-11-20T22:04:00Z" }] },
      ],
      at: 12,
      want: "",
    },
    {
      name: "stays when the notification was cut off by the sender",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA, more: { truncatedAlerts: 1 } },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "stays when the notification was cut off here",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: Array.from({ length: 501 }, () => ({ fingerprint: "a" })) },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "stays when another group tells of other alerts",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA, more: otherGroup },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "stays while another group still has it",
      told: [
        { minute: 0, alerts: both },
        { minute: 1, alerts: both, more: otherGroup },
        { minute: 5, alerts: onlyA },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "has gone when none of its groups has it",
      told: [
        { minute: 0, alerts: both },
        { minute: 1, alerts: both, more: otherGroup },
        { minute: 5, alerts: onlyA },
        { minute: 6, alerts: onlyA, more: otherGroup },
      ],
      at: 60,
      want: "a",
    },
    {
      name: "stays when the same group goes to two receivers, of which one is another's",
      told: [
        { minute: 0, alerts: both },
        { minute: 5, alerts: onlyA, more: { receiver: "kubemend-critical" } },
      ],
      at: 60,
      want: "a b",
    },
    {
      name: "stays when the sender does not say which group it is",
      told: [
        { minute: 0, alerts: both, more: { groupKey: undefined } },
        { minute: 5, alerts: onlyA, more: { groupKey: undefined } },
      ],
      at: 60,
      want: "a b",
    },
  ])("$name", ({ told, at, want }) => {
    const observation = createObservation({ cluster: "test" });
    const engine = createDetectionEngine({ observation, nextId: () => "1", detectors: [alertmanager] });
    for (const one of told) {
      const read = readAlerts(group(one.alerts, one.more));
      if (!read.ok) throw new Error(read.detail);
      for (const signal of alertSignals(read, start + one.minute * minute)) engine.ingest(signal);
    }
    const firing = observation.alerts.firing(start + at * minute);
    expect(firing.map(({ fingerprint }) => fingerprint).join(" ")).toBe(want);
  });
});

describe("the intake", () => {
  test("takes nothing before detection runs, nothing when full, and counts", async () => {
    const intake = createAlertIntake();
    expect(intake.notify(group([{}]))).toMatchObject({ outcome: "not-ready" });
    const stopping = new AbortController();
    const signals: Signal[] = [];
    let room = 2;
    const running = intake.source({
      clock: createManualClock(start),
      known: createKnownPods(),
      emit: (signal) => signals.push(signal),
      signal: stopping.signal,
      namespaces: [],
      room: () => room,
    });
    expect(intake.notify(group([{}, {}]))).toEqual({ outcome: "full", retryAfterSeconds: 5 });
    room = 3;
    expect(intake.notify(group([{}, {}]))).toEqual({ outcome: "accepted", alerts: 2 });
    expect(intake.notify("x")).toMatchObject({ outcome: "malformed" });
    expect(signals.map(({ type }) => type)).toEqual(["alert", "alert", "alert-group"]);
    expect(intake.stats).toEqual({ alerts: 2, dropped: 0, refusedRequests: 3 });
    stopping.abort();
    await running;
    expect(intake.notify(group([{}]))).toMatchObject({ outcome: "not-ready" });
  });
});
