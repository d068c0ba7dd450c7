import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createObservation } from "../../../../../src/cluster/observation.ts";
import type { Signal } from "../../../../../src/cluster/signal.ts";
import { createKnownPods } from "../../../../../src/detection/collect/known-pods.ts";
import { readTraces } from "../../../../../src/detection/collect/push/read-traces.ts";
import { createTraceIntake } from "../../../../../src/detection/collect/push/trace-intake.ts";
import { createDetectionEngine } from "../../../../../src/detection/engine/engine.ts";
import { createManualClock } from "../../../../support/manual-clock.ts";

const start = 1_700_000_000_000;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

interface SpanLike {
  readonly kind?: number;
  readonly ms?: number;
  readonly at?: number;
  readonly failed?: boolean;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly attributes?: readonly unknown[];
}

/** One span as collectors write it: 3 is a client's, 2 a server's. */
const span = ({ kind = 3, ms = 20, at = start, failed, spanId = "a1", parentSpanId = "", attributes }: SpanLike) => ({
  traceId: "t1",
  spanId,
  parentSpanId,
  kind,
  name: "GET /pay",
  startTimeUnixNano: `${at - ms}000000`,
  endTimeUnixNano: `${at}000000`,
  attributes: attributes ?? [text("server.address", "payment"), { key: "server.port", value: { intValue: "80" } }],
  status: failed ? { code: 2, message: "boom" } : {},
});
const from = (service: string, spans: readonly unknown[]) => ({
  resource: { attributes: [text("service.name", service), text("k8s.namespace.name", "shop")] },
  scopeSpans: [{ scope: { name: "http" }, spans }],
});
const delivery = (...resourceSpans: readonly unknown[]) => JSON.stringify({ resourceSpans });
const asRequest = (
  body: string | Uint8Array,
  contentEncoding = "",
  contentType = "application/json; charset=utf-8",
) => ({
  contentType,
  contentEncoding,
  body: typeof body === "string" ? Buffer.from(body) : body,
});

describe("what spans tell of calls", () => {
  test.each([
    {
      name: "a client span names whom it called",
      spans: [from("orders", [span({})])],
      calls: ["orders>payment"],
      unplaced: 0,
    },
    {
      name: "the name of the service is better than its address",
      spans: [
        from("orders", [span({ attributes: [text("server.address", "10.0.0.9"), text("peer.service", "pay")] })]),
      ],
      calls: ["orders>pay"],
      unplaced: 0,
    },
    {
      name: "a server's span that came along names the called",
      spans: [
        from("orders", [span({ attributes: [] })]),
        from("payment", [span({ kind: 2, spanId: "b2", parentSpanId: "a1", attributes: [] })]),
      ],
      calls: ["orders>payment"],
      unplaced: 0,
    },
    {
      name: "a client span that names nobody is counted",
      spans: [from("orders", [span({ attributes: [] })])],
      calls: [],
      unplaced: 1,
    },
    {
      name: "work inside of a service is no call",
      spans: [from("orders", [span({ kind: 1 })])],
      calls: [],
      unplaced: 0,
    },
    { name: "nor is a message put into a queue", spans: [from("orders", [span({ kind: 4 })])], calls: [], unplaced: 0 },
  ])("$name", async ({ spans, calls, unplaced }) => {
    const read = await readTraces(asRequest(delivery(...spans)));
    expect(read.ok && read.calls.map(({ client, server }) => `${client}>${server}`)).toEqual(calls);
    expect(read.ok && read.unplaced).toBe(unplaced);
  });

  test.each([
    { name: "protobuf", request: asRequest("x", "", "application/x-protobuf"), reason: "unsupported" },
    { name: "another packing", request: asRequest("{}", "br"), reason: "unsupported" },
    { name: "no JSON", request: asRequest("{"), reason: "malformed" },
    {
      name: "spans that are none",
      request: asRequest('{"resourceSpans":[{"scopeSpans":[{"spans":7}]}]}'),
      reason: "malformed",
    },
    {
      name: "a kind that is no number",
      request: asRequest(delivery(from("a", [{ kind: "CLIENT" }]))),
      reason: "malformed",
    },
    {
      name: "what grows beyond measure",
      request: asRequest(gzipSync(Buffer.alloc(9_000_000, 32)), "gzip"),
      reason: "too-large",
    },
  ])("$name is refused", async ({ request, reason }) => {
    expect(await readTraces(request)).toMatchObject({ ok: false, reason });
  });
});

/** The intake with an engine behind it that knows two workloads. */
function shop(maxPairs?: number) {
  const observation = createObservation({ cluster: "test" });
  const engine = createDetectionEngine({ observation, nextId: () => "1", tickMs: 15_000, detectors: [] });
  for (const name of ["orders", "payment"])
    engine.ingest({
      type: "object",
      at: start,
      change: "ADDED",
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "shop", uid: name },
        spec: {
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [] } },
        },
      },
    });
  const clock = createManualClock(start);
  const stopping = new AbortController();
  const intake = createTraceIntake({ intervalMs: 15_000, ...(maxPairs === undefined ? {} : { maxPairs }) });
  const told: Signal[] = [];
  const run = () =>
    intake.source({
      clock,
      known: createKnownPods(),
      emit(signal) {
        told.push(signal);
        engine.ingest(signal);
      },
      signal: stopping.signal,
      namespaces: [],
      room: () => 1_000,
    });
  return { observation, engine, clock, intake, told, run, stop: () => stopping.abort() };
}

test("delivered spans become an edge with rate, share of errors and latency", async () => {
  const { observation, engine, clock, intake, told, run, stop } = shop();
  expect(await intake.push(asRequest(delivery()))).toMatchObject({ outcome: "not-ready" });
  const running = run();
  for (let n = 0; n < 8; n++) {
    const at = clock.now();
    const spans = Array.from({ length: 30 }, (_, i) => span({ at, ms: 20, failed: i < 3 }));
    expect(await intake.push(asRequest(gzipSync(delivery(from("orders", spans))), "gzip"))).toEqual({
      outcome: "accepted",
    });
    await clock.advance(15_000);
    engine.tick(clock.now());
  }
  stop();
  await running;
  const edge = { namespace: "shop", workload: "orders", peer: "payment" };
  expect(observation.series.get("client_requests_per_second", edge)?.last).toBeCloseTo(2);
  expect(observation.series.get("client_error_ratio", edge)?.last).toBeCloseTo(0.1);
  expect(observation.series.get("client_latency_mean_seconds", edge)?.last).toBeCloseTo(0.02);
  expect(engine.topology().calls.map(({ from: a, to, via }) => `${a.name}>${to.name} ${via}`)).toEqual([
    "orders>payment metric",
  ]);
  // Spans that arrive are no proof that metrics can be had.
  expect(told.every((signal) => signal.type === "samples" && signal.delivered === true)).toBe(true);
});

test("old spans, and pairs beyond the bound, are left out and counted", async () => {
  const { clock, intake, run, stop } = shop(2);
  const running = run();
  const to = (name: string, at = clock.now()) => span({ at, attributes: [text("server.address", name)] });
  await intake.push(asRequest(delivery(from("orders", [to("a"), to("b"), to("c"), to("a", start - 3_600_000)]))));
  expect(intake.stats).toMatchObject({ calls: 2, tooMany: 1, wrongTime: 1, refusedRequests: 0 });
  stop();
  await running;
});
