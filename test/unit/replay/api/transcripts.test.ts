import { describe, expect, test } from "vitest";
import { replayGroup } from "./transcript-replay.ts";
import { outOfScope } from "./transcript-scope.ts";
import { isWatch, replayWatch } from "./transcript-streams.ts";
import { readTimeline } from "./transcript-timeline.ts";
import { groups, readGroup } from "./transcripts.ts";

/**
 * How many recorded exchanges are compared and how many are not, by topic. Streams are compared below. A change here
 * must be a decision: what is skipped has its reason in transcript-scope.ts.
 */
const counted: Readonly<
  Record<string, { readonly compared: number; readonly skipped: number; readonly streams: number }>
> = {
  admission: { compared: 0, skipped: 21, streams: 0 },
  apply: { compared: 19, skipped: 6, streams: 0 },
  auth: { compared: 49, skipped: 5, streams: 0 },
  "config-service": { compared: 21, skipped: 0, streams: 1 },
  create: { compared: 14, skipped: 0, streams: 0 },
  dryrun: { compared: 58, skipped: 1, streams: 0 },
  events: { compared: 28, skipped: 2, streams: 0 },
  "evict-delete": { compared: 47, skipped: 0, streams: 5 },
  hpa: { compared: 13, skipped: 1, streams: 0 },
  jobs: { compared: 26, skipped: 0, streams: 1 },
  lease: { compared: 14, skipped: 0, streams: 0 },
  logs: { compared: 33, skipped: 0, streams: 3 },
  namespace: { compared: 16, skipped: 0, streams: 1 },
  node: { compared: 6, skipped: 1, streams: 0 },
  "node-metrics": { compared: 18, skipped: 0, streams: 0 },
  "patch-json": { compared: 22, skipped: 0, streams: 0 },
  "patch-merge": { compared: 33, skipped: 0, streams: 0 },
  "patch-strategic": { compared: 40, skipped: 0, streams: 0 },
  quota: { compared: 21, skipped: 0, streams: 0 },
  read: { compared: 51, skipped: 4, streams: 0 },
  resize: { compared: 5, skipped: 0, streams: 1 },
  rollout: { compared: 27, skipped: 0, streams: 4 },
  secret: { compared: 7, skipped: 0, streams: 0 },
  statefulset: { compared: 11, skipped: 0, streams: 0 },
  update: { compared: 22, skipped: 0, streams: 0 },
  watch: { compared: 5, skipped: 0, streams: 14 },
};

/** Errors that say the same in other words: their end is what a YAML or JSON parser says. */
const otherMessages: Readonly<Record<string, readonly string[]>> = {
  apply: ["15 apply broken YAML"],
  read: ["14 bad continue token"],
};

const timeline = readTimeline();

test("every recorded topic is counted", () => {
  expect(Object.keys(counted).sort()).toEqual(groups);
});

describe("the emulator answers as the recorded API server did", () => {
  test.each(groups)("%s", async (group) => {
    const exchanges = readGroup(group);
    const skipped = outOfScope[group] ?? {};
    const outcomes = await replayGroup(
      exchanges,
      timeline,
      (e) => e.response.chunks !== undefined || skipped[e.line] !== undefined,
    );
    const wrong = outcomes
      .filter((o) => o.difference !== undefined)
      .map((o) => `${o.exchange.line} ${o.exchange.name}: ${o.difference}`);
    const otherWords = outcomes.filter((o) => !o.sameMessage).map((o) => `${o.exchange.line} ${o.exchange.name}`);
    console.log(
      `${group}: ${outcomes.length - wrong.length} of ${outcomes.length} agree, ${Object.keys(skipped).length} out of scope`,
    );
    expect(wrong).toEqual([]);
    expect(otherWords).toEqual(otherMessages[group] ?? []);
    const streams = exchanges.filter((e) => e.response.chunks !== undefined).length;
    expect({ compared: outcomes.length, skipped: Object.keys(skipped).length, streams }).toEqual(counted[group]);
  });
});

describe("the emulator tells a watch what the recorded API server told", () => {
  const watches = groups.flatMap(readGroup).filter(isWatch);
  test("every recorded watch is compared (followed logs: logs.test.ts)", () => expect(watches).toHaveLength(27));

  test.each(watches.map((w) => [`${w.group} ${w.line}: ${w.name}`, w] as const))("%s", async (_name, exchange) => {
    expect(await replayWatch(exchange, timeline)).toBeUndefined();
  });
});
