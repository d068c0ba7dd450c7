import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LogLine, Signal } from "../../../../../src/cluster/signal.ts";
import { createKnownPods } from "../../../../../src/detection/collect/known-pods.ts";
import { createLogIntake, type LogIntakeOptions } from "../../../../../src/detection/collect/push/log-intake.ts";
import { parseLabels } from "../../../../../src/detection/collect/push/pushed-streams.ts";
import { maxUnpackedBytes } from "../../../../../src/detection/collect/push/read-push.ts";
import { createManualClock } from "../../../../support/manual-clock.ts";
import { bytesField, packedPush, pushMessage } from "../../../../support/push-bodies.ts";
import { snappyBlock } from "../../../../support/snappy-block.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const ns = (ms: number) => `${ms}000000`;
const json = "application/json";
const shop = { namespace: "shop", pod: "web-1", container: "web" };

function running(options: LogIntakeOptions & { room?: () => number } = {}) {
  const clock = createManualClock(start);
  const stopping = new AbortController();
  const signals: Signal[] = [];
  const intake = createLogIntake(options);
  const source = intake.source({
    clock,
    known: createKnownPods(),
    emit: (signal) => signals.push(signal),
    signal: stopping.signal,
    namespaces: [],
    room: options.room ?? (() => 60_000),
  });
  const lines = (): LogLine[] => signals.flatMap((signal) => (signal.type === "log" ? [signal.line] : []));
  const push = (body: string | Buffer, contentType = json, contentEncoding = "") =>
    intake.push({ body: Buffer.from(body as string), contentType, contentEncoding });
  const stop = async () => {
    stopping.abort();
    await source;
  };
  return { clock, intake, signals, lines, push, stop };
}

const pushed = (stream: Record<string, string>, ...values: unknown[][]) =>
  JSON.stringify({ streams: [{ stream, values }] });

describe("each agent's own way of sending is understood", () => {
  const body = pushed(shop, [ns(start + 5), "hello"]);
  const message = [
    {
      labels: '{namespace="shop", pod="web-1", container="web"}',
      entries: [{ seconds: start / 1_000, nanos: 5_000_000, line: "hello" }],
    },
  ];
  test.each([
    { name: "JSON", body: Buffer.from(body), type: json, encoding: "" },
    {
      name: "JSON with a character set",
      body: Buffer.from(body),
      type: "application/json; charset=utf-8",
      encoding: "identity",
    },
    { name: "JSON in gzip (Vector, Fluent Bit)", body: gzipSync(body), type: json, encoding: "gzip" },
    {
      name: "protobuf in snappy (Promtail, Alloy, Vector)",
      body: packedPush(message),
      type: "application/x-protobuf",
      encoding: "",
    },
    {
      name: "the same, with its encoding named",
      body: packedPush(message),
      type: "application/x-protobuf",
      encoding: "snappy",
    },
    { name: "the same, without a type", body: packedPush(message), type: "", encoding: "" },
    {
      name: "the same in gzip on top",
      body: gzipSync(packedPush(message)),
      type: "application/x-protobuf",
      encoding: "gzip",
    },
  ])("$name", async ({ body, type, encoding }) => {
    const { push, lines, stop } = running();
    expect(await push(body, type, encoding)).toEqual({ outcome: "accepted", lines: 1 });
    expect(lines()).toEqual([{ ...shop, at: start + 5, line: "hello" }]);
    await stop();
  });
});

describe("labels become a container", () => {
  const uid = "0a1b2c3d-0000-0000-0000-000000000000";
  const id = "a".repeat(64);
  const cases: { name: string; labels: Record<string, string>; line?: string; want?: Partial<LogLine> }[] = [
    { name: "Promtail and Alloy", labels: { ...shop, job: "shop/web" } },
    {
      name: "Vector",
      labels: { kubernetes_pod_namespace: "shop", kubernetes_pod_name: "web-1", kubernetes_container_name: "web" },
    },
    {
      name: "Fluent Bit with auto_kubernetes_labels",
      labels: { kubernetes_namespace_name: "shop", kubernetes_pod_name: "web-1", kubernetes_container_name: "web" },
    },
    {
      name: "the OpenTelemetry collector",
      labels: { k8s_namespace_name: "shop", k8s_pod_name: "web-1", k8s_container_name: "web" },
    },
    { name: "nothing but the kubelet's file name", labels: { filename: `/var/log/pods/shop_web-1_${uid}/web/0.log` } },
    { name: "Fluent Bit's tag", labels: { tag: `kube.var.log.containers.web-1_shop_web-${id}.log` } },
    {
      name: "Fluent Bit's default: the whole record as JSON",
      labels: { job: "fluent-bit" },
      line: JSON.stringify({
        stream: "stderr",
        log: "boom\n",
        kubernetes: { pod_name: "web-1", namespace_name: "shop", container_name: "web" },
      }),
      want: { line: "boom" },
    },
    {
      name: "Vector's default: the whole event as JSON",
      labels: { forwarder: "vector" },
      line: JSON.stringify({
        message: "boom",
        kubernetes: { pod_name: "web-1", pod_namespace: "shop", container_name: "web" },
      }),
      want: { line: "boom" },
    },
    {
      name: "the prefix of the container runtime is taken off",
      labels: shop,
      line: "2026-11-20T22:00:00.123456789Z stderr F boom",
      want: { line: "boom" },
    },
    {
      name: "a line that only looks like a record stays as it is",
      labels: shop,
      line: '{"kubernetes": broken',
      want: { line: '{"kubernetes": broken' },
    },
    {
      name: "JSON of the application is not taken apart",
      labels: shop,
      line: '{"message":"hi","level":"error"}',
      want: { line: '{"message":"hi","level":"error"}' },
    },
  ];
  test.each(cases)("$name", async ({ labels, line = "x", want = {} }) => {
    const { push, lines, stop } = running();
    await push(pushed(labels, [ns(start), line]));
    expect(lines()).toEqual([{ ...shop, at: start, line, ...want }]);
    await stop();
  });

  test("metadata of a line helps, too", async () => {
    const { push, lines, stop } = running();
    await push(
      pushed({ service_name: "web" }, [ns(start), "x", { k8s_pod_name: "web-1", k8s_namespace_name: "shop" }]),
    );
    const entries = [{ seconds: start / 1_000, line: "y", metadata: { pod: "web-2", namespace: "shop" } }];
    await push(packedPush([{ labels: "{}", entries }]), "application/x-protobuf");
    expect(lines().map(({ pod }) => pod)).toEqual(["web-1", "web-2"]);
    await stop();
  });

  test.each([
    { text: '{a="1"}', want: { a: "1" } },
    { text: '{a="1",b="x, y=\\"z\\"}"}', want: { a: "1", b: 'x, y="z"}' } },
    { text: '{ a = "1" , b = "2" , }', want: { a: "1", b: "2" } },
    { text: "{}", want: {} },
    { text: "a=1", want: undefined },
    { text: '{a="1', want: undefined },
    { text: '{a="1" b="2"}', want: undefined },
  ])("labels $text", ({ text, want }) => expect(parseLabels(text)).toEqual(want));
});

describe("what cannot be taken is refused by name, and what is left out is counted", () => {
  const protobuf = "application/x-protobuf";
  const bomb = Buffer.alloc(64 * 1024 * 1024);
  test.each([
    { name: "no JSON", body: "{", type: json, encoding: "", outcome: "malformed" },
    {
      name: "JSON of another shape",
      body: '{"streams":[{"values":[["1"]]}]}',
      type: json,
      encoding: "",
      outcome: "malformed",
    },
    { name: "nothing", body: "", type: json, encoding: "", outcome: "malformed" },
    {
      name: "protobuf that is not packed",
      body: pushMessage([{ labels: "{}", entries: [] }]),
      type: protobuf,
      encoding: "",
      outcome: "malformed",
    },
    {
      name: "packed noise",
      body: snappyBlock(Buffer.from([255, 254, 253])),
      type: protobuf,
      encoding: "",
      outcome: "malformed",
    },
    {
      name: "labels that are none",
      body: packedPush([{ labels: "nonsense", entries: [] }]),
      type: protobuf,
      encoding: "",
      outcome: "malformed",
    },
    {
      name: "a field that ends too early",
      body: snappyBlock(bytesField(1, "abc").subarray(0, 3)),
      type: protobuf,
      encoding: "",
      outcome: "malformed",
    },
    { name: "a gzip bomb", body: gzipSync(bomb), type: json, encoding: "gzip", outcome: "too-large" },
    {
      name: "a snappy bomb",
      body: snappyBlock(bomb.subarray(0, maxUnpackedBytes + 1)),
      type: protobuf,
      encoding: "",
      outcome: "too-large",
    },
    {
      name: "more lines than one request may hold",
      body: pushed(shop, ...Array.from({ length: 20_001 }, () => ["1", ""])),
      type: json,
      encoding: "",
      outcome: "too-large",
    },
    {
      name: "the same in protobuf",
      body: packedPush([{ labels: "{}", entries: Array.from({ length: 20_001 }, () => ({ seconds: 1, line: "" })) }]),
      type: protobuf,
      encoding: "",
      outcome: "too-large",
    },
    { name: "text", body: "hello", type: "text/plain", encoding: "", outcome: "unsupported" },
    { name: "zstd", body: "hello", type: json, encoding: "zstd", outcome: "unsupported" },
    { name: "gzip that is none", body: "hello", type: json, encoding: "gzip", outcome: "malformed" },
  ])("$name", async ({ body, type, encoding, outcome }) => {
    const { push, lines, intake, stop } = running();
    expect(await push(body, type, encoding)).toMatchObject({ outcome });
    expect(lines()).toEqual([]);
    expect(intake.stats.refusedRequests).toBe(1);
    await stop();
  });

  test("lines without a place, of other namespaces, from the past and the future are counted; the rest is taken in order", async () => {
    const { push, lines, intake, stop } = running({ namespaces: ["shop"] });
    const answer = await push(
      JSON.stringify({
        streams: [
          { stream: { job: "journal" }, values: [[ns(start), "a"]] },
          { stream: { ...shop, namespace: "other" }, values: [[ns(start), "b"]] },
          {
            stream: shop,
            values: [
              [ns(start - 3_600_000), "old"],
              [ns(start + 3_600_000), "ahead"],
              ["soon", "no time"],
              [ns(start + 2), "2"],
              [ns(start + 1), "1"],
            ],
          },
        ],
      }),
    );
    expect(answer).toEqual({ outcome: "accepted", lines: 2 });
    expect(lines().map(({ line }) => line)).toEqual(["1", "2"]);
    expect(intake.stats).toMatchObject({ withoutPlace: 1, otherNamespace: 1, wrongTime: 3, lines: 2 });
    await stop();
  });

  test("a line of 4 MB is cut, and bytes that are no UTF-8 become question marks", async () => {
    const { push, lines, intake, stop } = running();
    const labels = '{namespace="shop",pod="web-1"}';
    const entries = [
      { seconds: start / 1_000, line: "x".repeat(4_000_000) },
      { seconds: start / 1_000, line: Buffer.from([104, 105, 0xff, 0xfe]) },
    ];
    expect(await push(packedPush([{ labels, entries }]), protobuf)).toMatchObject({ outcome: "accepted" });
    expect(lines().map(({ line }) => line.length)).toEqual([16_384, 4]);
    expect(lines()[1]?.line).toBe("hi\ufffd\ufffd");
    expect(intake.stats.cut).toBe(1);
    await stop();
  });

  test("a stream with a label explosion is read with the first of its labels", () => {
    const many = `{${Array.from({ length: 5_000 }, (_, i) => `l${i}="v"`).join(",")}}`;
    expect(Object.keys(parseLabels(many) ?? {}).length).toBe(100);
  });
});

describe("back pressure", () => {
  test("when the queue is full nothing is taken, and the agent is told when to come again", async () => {
    let room = 5_001;
    const { push, lines, stop } = running({ room: () => room });
    const two = pushed(shop, [ns(start), "1"], [ns(start), "2"]);
    expect(await push(two)).toEqual({ outcome: "full", retryAfterSeconds: 5 });
    expect(lines()).toEqual([]);
    room = 5_002;
    expect(await push(two)).toEqual({ outcome: "accepted", lines: 2 });
    await stop();
  });

  test("before detection runs and after it has stopped nothing is taken", async () => {
    expect(
      await createLogIntake().push({ body: Buffer.from("{}"), contentType: json, contentEncoding: "" }),
    ).toMatchObject({ outcome: "not-ready" });
    const { push, stop } = running();
    await stop();
    expect(await push(pushed(shop, [ns(start), "x"]))).toMatchObject({ outcome: "not-ready" });
  });
});

describe("pushes that stop", () => {
  const sights = (signals: readonly Signal[]) =>
    signals.flatMap((signal) => (signal.type === "source" ? [`${signal.ok} @${(signal.at - start) / 1_000}`] : []));
  test.each([
    {
      name: "steady pushes that stop are told within two minutes, and told again when they are back",
      everyMs: 5_000,
      want: [/^false/, /^true/],
    },
    { name: "an agent that has little to say is not missed", everyMs: 40_000, want: [] },
  ])("$name", async ({ everyMs, want }) => {
    const { clock, push, signals, stop } = running();
    for (let i = 0; i < 30; i++) {
      await push(pushed(shop, [ns(clock.now()), "x"]));
      await clock.advance(everyMs);
    }
    const stoppedAt = clock.now() - everyMs;
    await clock.advance(120_000);
    await push(pushed(shop, [ns(clock.now()), "x"]));
    await clock.advance(30_000);
    expect(sights(signals)).toEqual(want.map((pattern) => expect.stringMatching(pattern) as string));
    const first = signals.find((signal) => signal.type === "source");
    if (first) expect(first.at - stoppedAt).toBeLessThanOrEqual(95_000);
    await stop();
  });

  test("an agent that is put off for want of room is there: it is said that lines come too fast, and what is put off is counted once", async () => {
    let room = 60_000;
    const { clock, push, signals, stop, intake } = running({ room: () => room });
    const lines = () => pushed(shop, [ns(clock.now()), "x"], [ns(0), "old"]);
    for (let i = 0; i < 30; i++) {
      await push(lines());
      await clock.advance(5_000);
    }
    room = 5_001;
    for (let i = 0; i < 30; i++) {
      expect(await push(pushed(shop, [ns(clock.now()), "x"], [ns(clock.now()), "y"], [ns(0), "old"]))).toMatchObject({
        outcome: "full",
      });
      await clock.advance(5_000);
    }
    expect(signals.filter((signal) => signal.type === "source")).toMatchObject([
      { ok: false, detail: "log lines are pushed faster than they can be read: none is taken" },
    ]);
    expect(intake.stats.wrongTime).toBe(30);
    await stop();
  });
});
