import { describe, expect, test } from "vitest";
import { createObservation } from "../../src/cluster/observation.ts";
import type { Signal } from "../../src/cluster/signal.ts";
import { newestSampleQuery } from "../../src/detection/collect/prometheus/server-queries.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { type Answer, run, second, server, start } from "../support/prometheus-rounds.ts";
import { promiseFigure } from "../support/promise-figure.ts";

const sights = (signals: readonly Signal[]) =>
  signals.flatMap((signal) =>
    signal.type === "source" ? [`${signal.ok ? "sees" : "blind"} @${(signal.at - start) / second}`] : [],
  );

describe("a Prometheus that shows nothing of the present is an alarm within two minutes, and told once (D6)", () => {
  const broken = start + 60_000;
  const cases: { name: string; change: (expr: string, at: number) => Answer | undefined; says: string }[] = [
    {
      name: "Prometheus is down",
      change: (_expr, at) => (at >= broken ? new Error("connection refused") : undefined),
      says: "connection refused",
    },
    { name: "every answer is empty", change: (_expr, at) => (at >= broken ? [] : undefined), says: "has no sample" },
    {
      name: "samples are stale",
      change: (expr, at) =>
        at >= broken && expr === newestSampleQuery ? [{ labels: {}, value: broken / second - 3 }] : undefined,
      says: "newest sample",
    },
    {
      name: "nothing is known of the pods any more",
      change: (expr, at) => (at >= broken && expr !== newestSampleQuery ? [] : undefined),
      says: "nothing about the watched pods",
    },
    {
      name: "most queries fail",
      change: (expr, at) => (at >= broken && expr !== newestSampleQuery ? new Error("query timed out") : undefined),
      says: "query timed out",
    },
  ];
  test.each(cases)("$name", async ({ name, change, says }) => {
    const engine = createDetectionEngine({ observation: createObservation({ cluster: "test" }), nextId: () => "1" });
    const seen: { at: number; summary: string }[] = [];
    const signals = await run(server(change).reader, 300_000, {
      onSignal: (signal) => engine.ingest(signal),
      onTick(at) {
        const blind = engine.tick(at).active.find(({ family }) => family === "blind");
        if (blind) seen.push({ at, summary: blind.summary });
      },
    });
    expect(sights(signals)).toEqual(["sees @0", expect.stringMatching(/^blind/) as string]);
    expect((seen[0]?.at ?? Number.POSITIVE_INFINITY) - broken).toBeLessThanOrEqual(120_000);
    expect(seen[0]?.summary).toContain(says);
    promiseFigure("D6", name, `an incident after ${((seen[0]?.at ?? 0) - broken) / second} s`);
  });

  test("it is told when sight is back, and a moment of silence is not told at all", async () => {
    const moment = server((_expr, at) =>
      at - start >= 60_000 && at - start < 90_000 ? new Error("reset") : undefined,
    );
    expect(sights(await run(moment.reader, 180_000))).toEqual(["sees @0"]);
    const long = server((_expr, at) => (at - start >= 60_000 && at - start < 180_000 ? new Error("reset") : undefined));
    expect(sights(await run(long.reader, 300_000))).toEqual(["sees @0", "blind @105", "sees @180"]);
  });

  test("points of a server that has stopped scraping are not passed off as new", async () => {
    const { reader } = server((expr, at) =>
      at >= broken && expr === newestSampleQuery ? [{ labels: {}, value: broken / second - 3 }] : undefined,
    );
    const times = (await run(reader, 300_000)).flatMap((signal) => (signal.type === "derived" ? [signal.at] : []));
    expect(Math.max(...times)).toBeLessThanOrEqual(broken + 75_000);
  });
});
