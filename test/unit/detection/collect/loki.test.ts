import { describe, expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import {
  type LokiEntry,
  type LokiReader,
  type LokiSourceOptions,
  lokiSource,
} from "../../../../src/detection/collect/logs/loki.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import { createManualClock, type ManualClock } from "../../../support/manual-clock.ts";

const start = Date.parse("2026-11-20T22:00:00Z");
const labels = { namespace: "shop", pod: "web-1", container: "web" };

/** A Loki that gets its lines over time; each is visible from `knownAt` on. */
function fakeLoki(clock: ManualClock) {
  const stored: (LokiEntry & { knownAt: number })[] = [];
  const asked: { from: bigint; limit: number }[] = [];
  let trouble: (limit: number) => Error | undefined = () => undefined;
  const reader: LokiReader = {
    async lines(_selector, { fromNs, toNs, limit }) {
      asked.push({ from: fromNs, limit });
      const error = trouble(limit);
      if (error) throw error;
      return stored
        .filter(({ timeNs, knownAt }) => timeNs >= fromNs && timeNs < toNs && knownAt <= clock.now())
        .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
        .slice(0, limit);
    },
  };
  return {
    reader,
    asked,
    write: (line: string, options: { at?: number; nanos?: bigint; knownAt?: number; pod?: string } = {}) => {
      const at = options.at ?? clock.now();
      const timeNs = BigInt(at) * 1_000_000n + (options.nanos ?? 0n);
      stored.push({ timeNs, labels: { ...labels, pod: options.pod ?? "web-1" }, line, knownAt: options.knownAt ?? at });
    },
    fail: (next: typeof trouble) => {
      trouble = next;
    },
  };
}

function follow(
  options: Partial<LokiSourceOptions> = {},
  before: (loki: ReturnType<typeof fakeLoki>) => void = () => undefined,
) {
  const clock = createManualClock(start);
  const loki = fakeLoki(clock);
  before(loki);
  const stopping = new AbortController();
  const signals: Signal[] = [];
  const running = lokiSource({
    reader: loki.reader,
    clock,
    signal: stopping.signal,
    emit: (signal) => signals.push(signal),
    ...options,
  });
  return {
    clock,
    loki,
    signals,
    lines: () => signals.flatMap((signal) => (signal.type === "log" ? [signal.line.line] : [])),
    sights: () => signals.flatMap((signal) => (signal.type === "source" ? [`${signal.ok}: ${signal.detail}`] : [])),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(i + from));

describe("no line is lost and none comes twice", () => {
  test("in steady writing, over many polls and pages", async () => {
    const { clock, loki, lines, stop } = follow({ pageLines: 7 });
    for (let i = 0; i < 200; i++) {
      loki.write(String(i));
      await clock.advance(300);
    }
    await clock.advance(10_000);
    expect(lines()).toEqual(numbers(200));
    await stop();
  });

  test("when several lines have the same nanosecond, and a page ends between them", async () => {
    const { clock, loki, lines, stop } = follow({ pageLines: 3 });
    for (const line of numbers(5))
      loki.write(line, { at: start + (Number(line) < 2 ? 1 : 2), nanos: 5n, pod: `web-${line}` });
    await clock.advance(20_000);
    expect(lines().sort()).toEqual(numbers(5));
    await stop();
  });

  test("equal lines at different times, and of different pods, are different lines", async () => {
    const { clock, loki, lines, stop } = follow();
    for (const nanos of [1n, 2n]) for (const pod of ["a", "b"]) loki.write("same", { nanos, pod });
    await clock.advance(30_000);
    expect(lines()).toEqual(["same", "same", "same", "same"]);
    await stop();
  });

  test("when an agent delivers fourteen seconds late, between newer lines of others", async () => {
    const { clock, loki, lines, stop } = follow();
    for (let i = 0; i < 40; i++) {
      loki.write(`prompt ${i}`, { pod: "a" });
      loki.write(`late ${i}`, { pod: "b", knownAt: clock.now() + 14_000 });
      await clock.advance(1_000);
    }
    await clock.advance(30_000);
    expect(lines().filter((line) => line.startsWith("late")).length).toBe(40);
    expect(new Set(lines()).size).toBe(80);
    expect(lines().length).toBe(80);
    await stop();
  });

  test("over an outage of five minutes", async () => {
    const { clock, loki, lines, stop } = follow({ pageLines: 50 });
    for (let i = 0; i < 600; i++) {
      if (i === 60) loki.fail(() => new Error("connection refused"));
      if (i === 360) loki.fail(() => undefined);
      loki.write(String(i));
      await clock.advance(1_000);
    }
    await clock.advance(30_000);
    expect(lines()).toEqual(numbers(600));
    await stop();
  });

  test("when an answer is too large, less is asked for until it fits", async () => {
    const { clock, loki, lines, stop } = follow({ pageLines: 100 });
    loki.fail((limit) => (limit > 10 ? new AppError("loki-too-large", "too large") : undefined));
    for (const line of numbers(30)) loki.write(line, { nanos: BigInt(line) });
    await clock.advance(60_000);
    expect(lines()).toEqual(numbers(30));
    await stop();
  });

  test("lines written before following began are read as far back as asked", async () => {
    const { clock, lines, stop } = follow({ lookBackMs: 60_000 }, ({ write }) => {
      write("ancient", { at: start - 61_000 });
      write("recent", { at: start - 59_000 });
    });
    await clock.advance(5_000);
    expect(lines()).toEqual(["recent"]);
    await stop();
  });
});

describe("bounds", () => {
  test("a backlog that grows faster than it can be read is given up for the present, and that is told", async () => {
    const { clock, loki, signals, sights, stop } = follow({ pageLines: 1, maxBehindMs: 10_000 });
    for (let i = 0; i < 4_000; i++) {
      for (const nanos of [1n, 2n, 3n, 4n]) loki.write(`${i}.${nanos}`, { nanos });
      await clock.advance(50);
    }
    await clock.advance(30_000);
    expect(sights().at(-1)).toMatch(/^true: Loki is followed; \d+ s were skipped/);
    const read = signals.filter((signal) => signal.type === "log").length;
    const lost = signals.reduce((sum, signal) => sum + (signal.type === "log-loss" ? signal.lines : 0), 0);
    // An estimate: what was skipped, at the rate of what was read before.
    expect((read + lost) / 16_000).toBeGreaterThan(0.7);
    expect((read + lost) / 16_000).toBeLessThan(1.3);
    const last = signals.findLast((signal) => signal.type === "log");
    expect(last?.type === "log" ? last.line.at : 0).toBeGreaterThan(start + 190_000);
    await stop();
  });

  test("nothing is read while there is no room for it, and nothing is lost by that", async () => {
    let room = 0;
    const { clock, loki, lines, stop } = follow({ room: () => room, pageLines: 10 });
    for (const line of numbers(25)) loki.write(line, { nanos: BigInt(line) });
    await clock.advance(20_000);
    expect(lines()).toEqual([]);
    room = 1_000;
    await clock.advance(20_000);
    expect(lines()).toEqual(numbers(25));
    await stop();
  });

  test("a line that is too long for any answer is stepped over; what follows is read", async () => {
    const { clock, loki, lines, stop } = follow({ pageLines: 16 });
    const from = BigInt(start) * 1_000_000n;
    loki.write("monster", { at: start });
    loki.write("after", { at: start + 5_000 });
    const real = loki.reader.lines;
    loki.reader.lines = async (selector, range) => {
      if (range.fromNs <= from && range.toNs > from) throw new AppError("loki-too-large", "too large");
      return await real(selector, range);
    };
    await clock.advance(400_000);
    expect(lines()).toEqual(["after"]);
    await stop();
  });

  test("only watched namespaces are asked for", async () => {
    const selectors = new Set<string>();
    const reader: LokiReader = {
      lines: async (selector) => {
        selectors.add(selector);
        return [];
      },
    };
    const { clock, stop } = follow({ reader, namespaces: ["shop", 'x"} or {'] });
    await clock.advance(5_000);
    expect([...selectors]).toEqual(['{namespace=~"shop|x["][}][ ]or[ ][{]"}']);
    await stop();
  });
});

describe("promise D6: a log source that is down is told within two minutes", () => {
  test("down, told, and back", async () => {
    const engine = createDetectionEngine({ observation: createObservation({ cluster: "test" }), nextId: () => "1" });
    let blindAt = 0;
    const { clock, loki, signals, sights, stop } = follow();
    await clock.advance(20_000);
    const brokenAt = clock.now();
    loki.fail(() => new AppError("loki-unreachable", "Loki at http://loki does not answer: ECONNREFUSED."));
    let taken = 0;
    for (let i = 0; i < 10; i++) {
      await clock.advance(15_000);
      for (; taken < signals.length; taken++) {
        const signal = signals[taken];
        if (signal) engine.ingest(signal);
      }
      const blind = engine.tick(clock.now()).active.find(({ family }) => family === "blind");
      if (blind && blindAt === 0) blindAt = clock.now();
    }
    expect(blindAt - brokenAt).toBeGreaterThan(0);
    expect(blindAt - brokenAt).toBeLessThanOrEqual(120_000);
    loki.fail(() => undefined);
    await clock.advance(20_000);
    expect(sights()).toEqual([
      "true: Loki is followed",
      "false: Loki at http://loki does not answer: ECONNREFUSED.",
      "true: Loki is followed",
    ]);
    await stop();
  });
});
