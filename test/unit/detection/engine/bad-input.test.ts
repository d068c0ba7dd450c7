import { describe, expect, test } from "vitest";
import type { KubeEvent, KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Sample } from "../../../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { createLineSplitter } from "../../../../src/log-lines/line-splitter.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const tickMs = 5_000;
const labels = { namespace: "shop", pod: "web-a1-x1", container: "app", id: "/x", node: "node-1" };
const memory = { name: "container_memory_working_set_bytes", labels };
const limit = { name: "container_spec_memory_limit_bytes", labels };
const requests = {
  name: "http_requests_total",
  labels: { namespace: "shop", pod: "web-a1-x1", job: "pods", code: "200", route: "/" },
};
const Mi = 2 ** 20;

/** A calm shop: its memory swings a little, it serves ten requests a second. */
function shop() {
  const world = createWorld({ start, tickMs });
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
  const calm = (at: number): Sample[] => [
    { series: limit, value: 128 * Mi, at },
    { series: memory, value: (60 + 2 * Math.sin(at / 17_000)) * Mi, at },
    { series: requests, value: 1_000 + (at - start) / 100, at },
  ];
  const samples = (...list: readonly Sample[]) =>
    world.engine.ingest({ type: "samples", at: world.now(), samples: list });
  const run = (ms: number, feed: (at: number) => void = (at) => samples(...calm(at))) => world.run(ms, feed);
  run(120_000);
  return { world, calm, samples, run };
}

const said = (world: World) => world.engine.incidents().map(({ title }) => title);
const dropsOf = (world: World) => {
  const { samplesDropped, pointsDropped, linesCut, linesDropped, eventsDropped } = world.engine.stats;
  return { ...samplesDropped, points: pointsDropped, linesCut, linesDropped, eventsDropped };
};

describe("samples that no monitoring should send", () => {
  test.each<
    [string, (at: number, calm: (at: number) => Sample[]) => readonly Sample[], keyof ReturnType<typeof dropsOf>]
  >([
    ["NaN, as Prometheus marks the end of a series", (at) => [{ series: memory, value: Number.NaN, at }], "notFinite"],
    ["infinity", (at) => [{ series: memory, value: Number.POSITIVE_INFINITY, at }], "notFinite"],
    ["the same sample twice", (at, calm) => [...calm(at), ...calm(at)], "stale"],
    ["samples of a minute ago", (at, calm) => [...calm(at), ...calm(at - 60_000)], "stale"],
    ["a target whose clock is an hour slow", (at, calm) => calm(at - 3_600_000), "wrongTime"],
    ["a target whose clock is an hour fast", (at, calm) => calm(at + 3_600_000), "wrongTime"],
    ["a time that is none", (_at, calm) => calm(Number.NaN), "wrongTime"],
  ])("%s is dropped and counted", (_title, bad, counted) => {
    const { world, samples, run, calm } = shop();
    const before = dropsOf(world);
    run(60_000, (at) => samples(...bad(at, calm)));
    run(60_000);
    expect(Number(dropsOf(world)[counted])).toBeGreaterThanOrEqual(Number(before[counted]) + 12);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
    // What came before and after is there, and is right.
    const series = world.observation.series.get("container_memory_working_set_bytes", {
      namespace: "shop",
      pod: "web-a1-x1",
      container: "app",
    });
    expect(series?.last).toBeCloseTo((60 + 2 * Math.sin(world.now() / 17_000)) * Mi);
    expect(series?.lastAt).toBe(world.now());
  });

  test("a counter that starts again from zero is a restart, not a negative rate", () => {
    const { world, samples, run } = shop();
    let value = 1_000 + 120_000 / 100;
    run(120_000, (at) => {
      value = (at - start) % 40_000 === 0 ? 20 : value + 50;
      samples({ series: requests, value, at });
    });
    const rates = world.observation.series
      .select("requests_per_second")
      .flatMap((series) => Array.from({ length: series.length }, (_, i) => series.valueAt(i)));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...rates)).toBeLessThan(60);
    expect(said(world)).toEqual([]);
  });

  test("a gap of ten minutes says that monitoring is blind, and nothing about what it measured", () => {
    const { world, run } = shop();
    run(600_000, () => undefined);
    run(120_000);
    expect(world.engine.incidents().flatMap(({ anomalies }) => anomalies.map(({ family }) => family))).not.toContain(
      "metric",
    );
    expect(world.engine.stats.detectorFailures).toBe(0);
  });

  test("a clock that jumps forward an hour and back again loses nothing but that time", () => {
    const { world, calm } = shop();
    const { engine } = world;
    const feed = (at: number) => {
      engine.ingest({ type: "samples", at, samples: calm(at) });
      engine.tick(at);
    };
    const from = world.now();
    for (let i = 1; i <= 6; i++) feed(from + 3_600_000 + i * tickMs);
    for (let i = 1; i <= 24; i++) feed(from + i * tickMs);
    expect(engine.stats.samplesDropped.stale).toBeGreaterThanOrEqual(24);
    expect(engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
    for (let i = 7; i <= 20; i++) feed(from + 3_600_000 + i * tickMs);
    expect(engine.stats.detectorFailures).toBe(0);
  });

  test("derived points that are no numbers, late or doubled are counted too", () => {
    const { world } = shop();
    const at = world.now();
    const point = (value: number, time: number) =>
      ({ name: "error_ratio", labels: { namespace: "shop", workload: "elsewhere" }, at: time, value }) as const;
    const points = [point(Number.NaN, at), point(0.1, at), point(0.1, at), point(0.2, at - 60_000)];
    world.engine.ingest({ type: "derived", at, source: "prometheus", points });
    expect(world.engine.stats.pointsDropped).toMatchObject({ notFinite: 1, stale: 2 });
  });
});

test("a label explosion stays within its bounds, and the workload beside it is still watched", () => {
  const { world, calm, samples, run } = shop();
  let id = 0;
  run(60_000, (at) => {
    const flood = Array.from({ length: 500 }, () => ({
      series: {
        name: "http_requests_total",
        labels: { namespace: "shop", pod: "web-a1-x1", job: "pods", code: "200", route: `/users/${++id}` },
      },
      value: 1,
      at,
    }));
    samples(...calm(at), ...flood);
  });
  expect(world.observation.series.select("route_requests_per_second").length).toBeLessThanOrEqual(50);
  expect(world.engine.stats.samplesDropped.refusedGroups).toBeGreaterThan(5_000);
  expect(world.observation.series.get("requests_per_second", { namespace: "shop", workload: "web" })?.lastAt).toBe(
    world.now(),
  );
  expect(world.engine.stats.detectorFailures).toBe(0);
});

test("series beyond the bound are refused and counted", () => {
  const observation = createObservation({ cluster: "test", series: { maxSeries: 10 } });
  const engine = createDetectionEngine({ observation, nextId: () => "1", tickMs });
  const points = Array.from({ length: 40 }, (_, i) => ({
    name: "error_ratio" as const,
    labels: { namespace: "shop", workload: `w${i}` },
    at: start,
    value: 0,
  }));
  engine.ingest({ type: "derived", at: start, source: "prometheus", points });
  engine.tick(start);
  expect(engine.stats.pointsDropped.series).toBe(30);
  expect(observation.series.size).toBe(10);
});

describe("log lines that no application should write", () => {
  const huge = 10 * 2 ** 20;
  test.each<[string, string]>([
    ["10 MB of one letter", "x".repeat(huge)],
    ["10 MB of words", "word ".repeat(huge / 5)],
    ["10 MB of brackets", "{[(".repeat(huge / 3)],
    ["10 MB of a JSON string", `{"level":"error","msg":"${"a".repeat(huge)}"}`],
    ["10 MB of JSON without an end", `{"level":"error","a":`.repeat(huge / 21)],
    ["10 MB of digits and dots", "1.".repeat(huge / 2)],
  ])("%s is cut, counted, and does not hold up the next line", (_title, line) => {
    const { world, run } = shop();
    world.log("web-a1-x1", line, "level=info msg=served");
    run(30_000);
    expect(world.engine.stats.linesCut).toBe(1);
    expect(world.engine.stats.logLines).toBe(2);
    expect(world.engine.stats.detectorFailures).toBe(0);
    const kept = world.observation.logs.lines({ namespace: "shop", pod: "web-a1-x1" });
    expect(kept.map((one) => one.line.length <= 8_192)).toEqual([true, true]);
  });

  test.each<[string, readonly string[]]>([
    ["nothing at all", ["", " ", "\t", "\r"]],
    ["control characters and NUL", ["\u0000\u0001\u001b[31merror\u001b[0m", "\u0007".repeat(500)]],
    ["lone surrogates", ["error \ud800 failed", "\udfff\udfff"]],
    ["names of prototypes", ['{"__proto__":{"level":"error"},"constructor":1}', "__proto__=1 toString=2"]],
    ["numbers that are none", ['{"level":NaN,"time":1e999}', '{"level":"error","time":-1e308}']],
  ])("%s", (_title, lines) => {
    const { world, run } = shop();
    world.log("web-a1-x1", ...lines);
    run(30_000);
    expect(world.engine.stats.logLines).toBe(lines.length);
    expect(world.engine.stats.detectorFailures).toBe(0);
  });

  test("invalid UTF-8 becomes the replacement character on its way in, and is read like any line", () => {
    const splitter = createLineSplitter();
    const lines = splitter.push(
      Buffer.concat([
        Buffer.from("level=error msg=caf"),
        Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0x0a]),
        Buffer.from([0xf0, 0x9f]),
      ]),
    );
    lines.push(...splitter.push(Buffer.from([0x92, 0xa9, 0x0a])));
    expect(lines).toEqual(["level=error msg=caf\ufffd(\ufffd\ufffd", "\u{1f4a9}"]);
    const { world, run } = shop();
    world.log("web-a1-x1", ...lines);
    run(30_000);
    expect(world.engine.stats.detectorFailures).toBe(0);
  });

  test("a flood gives way to newer lines, and is counted", () => {
    const { world, run } = shop();
    world.log("web-a1-x1", ...Array.from({ length: 5_000 }, (_, i) => `level=info msg=request id=${i}`));
    run(10_000);
    expect(world.engine.stats.linesDropped).toBe(3_000);
  });
});

describe("objects and events with parts missing", () => {
  const bare = (kind: string, rest: object = {}): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "odd", namespace: "shop", uid: `odd-${kind}` },
    ...rest,
  });
  const list: readonly KubeObject[] = [
    bare("Ingress"),
    bare("Ingress", { spec: { rules: [{}, { http: {} }, { http: { paths: [{}] } }], tls: [{}] } }),
    bare("NetworkPolicy"),
    bare("NetworkPolicy", { spec: { podSelector: {}, ingress: [{ from: [{}] }], egress: [{}] } }),
    bare("PodDisruptionBudget"),
    bare("StorageClass"),
    bare("ResourceQuota", { status: { hard: { pods: "many", cpu: "-1" }, used: { pods: "" } } }),
    bare("PersistentVolumeClaim", { status: { phase: "Pending" } }),
    bare("ValidatingWebhookConfiguration", { webhooks: [{}, { name: "x", clientConfig: { service: {} } }] }),
    bare("MutatingWebhookConfiguration"),
    bare("ServiceAccount"),
    bare("Gateway", { spec: { listeners: [] } }),
    bare("Node", { metadata: { name: "node-9", uid: "n9", creationTimestamp: "yesterday" } }),
  ];
  test.each(list.map((object, i) => [`${object.kind} ${i}`, object] as const))("%s", (_title, object) => {
    const { world, run } = shop();
    world.put(object);
    run(180_000);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
  });

  const warning = (uid: string, rest: Partial<KubeEvent> = {}): KubeEvent => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: uid, namespace: "shop", uid },
    involvedObject: { kind: "Pod", namespace: "shop", name: "web-a1-x1" },
    type: "Normal",
    reason: "Pulled",
    ...rest,
  });

  test("an explosion of events stays within its bound and is counted", () => {
    const { world } = shop();
    for (let i = 0; i < 25_000; i++)
      world.event(warning(`e${i}`, { involvedObject: { kind: "Pod", namespace: "shop", name: `p${i}` } }));
    world.run(10_000);
    expect(world.observation.events.between(0, world.now() + 1)).toHaveLength(20_000);
    expect(world.engine.stats.eventsDropped).toBe(5_000);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
  });

  test("the same event again and again, as after a reconnect, is one", () => {
    const { world, run } = shop();
    for (let i = 0; i < 1_000; i++) world.event(warning("same"));
    run(10_000);
    const about = { kind: "Pod", namespace: "shop", name: "web-a1-x1" };
    expect(world.observation.events.about(about).filter(({ reason }) => reason === "Pulled")).toHaveLength(1);
  });

  test("one event that names a thousand objects in turn is about the last of them", () => {
    const { world } = shop();
    for (let i = 0; i < 1_000; i++)
      world.event(warning("turning", { involvedObject: { kind: "Pod", namespace: "shop", name: `p${i}` } }));
    const left = Array.from({ length: 1_000 }, (_, i) =>
      world.observation.events.about({ kind: "Pod", namespace: "shop", name: `p${i}` }),
    ).flat();
    expect(left).toHaveLength(1);
  });

  test.each<[string, Partial<KubeEvent>]>([
    ["a message of 10 MB", { message: "x".repeat(10 * 2 ** 20) }],
    ["a clock that is a year ahead", { lastTimestamp: "2027-11-20T12:00:00Z" }],
    ["times that are none", { firstTimestamp: "soon", lastTimestamp: "31/12/2026", count: Number.NaN }],
    ["a count that is endless", { count: Number.POSITIVE_INFINITY }],
    ["half a surrogate and NUL", { message: "\ud800\u0000", reason: "\u0000" }],
  ])("%s does no harm", (_title, rest) => {
    const { world, run } = shop();
    world.event(warning("odd", rest));
    run(60_000);
    const [kept] = world.observation.events.about({ kind: "Pod", namespace: "shop", name: "web-a1-x1" });
    expect(kept?.at).toBeLessThanOrEqual(world.now());
    expect(Number.isFinite(kept?.firstAt)).toBe(true);
    expect(Number.isFinite(kept?.count)).toBe(true);
    expect(kept?.message.length).toBeLessThanOrEqual(4_096);
    expect(kept?.event.message?.length ?? 0).toBeLessThanOrEqual(4_096);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
  });

  test("an event about nothing, at no time", () => {
    const { world, run } = shop();
    const event: KubeEvent = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "shop", uid: "e" },
      involvedObject: {},
      type: "Warning",
      reason: "FailedMount",
      lastTimestamp: "never",
      count: Number.NaN,
    };
    world.event(event);
    run(60_000);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(said(world)).toEqual([]);
  });
});
