import { describe, expect, test } from "vitest";
import { createSourceWatch } from "../../../../src/detection/blind/source-silence.ts";
import type { DetectContext } from "../../../../src/detection/detector.ts";

const startedAt = 1_700_000_000_000;

function watched() {
  let real = 0;
  const watch = createSourceWatch(() => real);
  const looks = (now: number) => [...watch.detector.detect({ now } as DetectContext)].map(({ reason }) => reason);
  /** Ticks of five seconds; what the last of them says. */
  const tickTo = (from: number, to: number) => {
    let said: string[] = [];
    for (let now = from; now <= to; now += 5_000) said = looks(now);
    return said;
  };
  watch.sampled(startedAt);
  const passReal = (ms: number) => {
    real += ms;
  };
  return { watch, looks, tickTo, passReal };
}

describe("samples that stop", () => {
  test("are told within two minutes to somebody who looks all the time", () => {
    const { tickTo } = watched();
    expect(tickTo(startedAt, startedAt + 95_000)).toEqual([]);
    expect(tickTo(startedAt + 100_000, startedAt + 115_000)).toEqual(["samples-stale"]);
  });
  test("are no news to a process that was asleep itself, until it has looked for as long", () => {
    const { watch, looks, tickTo } = watched();
    tickTo(startedAt, startedAt + 20_000);
    const wokeAt = startedAt + 3_600_000;
    expect(looks(wokeAt)).toEqual([]);
    expect(watch.blind("metric", wokeAt)).toBe(true);
    expect(tickTo(wokeAt, wokeAt + 90_000)).toEqual(["samples-stale"]);
    watch.sampled(wokeAt + 91_000);
    expect(looks(wokeAt + 95_000)).toEqual([]);
  });
  test("are waited for while a round of questions is under way, in real time, however fast the clock of the cluster runs", () => {
    const { watch, tickTo, passReal } = watched();
    watch.asking("scrape", true);
    passReal(4_000);
    expect(tickTo(startedAt, startedAt + 300_000)).toEqual([]);
    passReal(60_000);
    expect(tickTo(startedAt + 300_000, startedAt + 305_000)).toEqual(["samples-stale"]);
  });
  test("are told when the round has ended without any", () => {
    const { watch, tickTo } = watched();
    watch.asking("scrape", true);
    watch.asking("scrape", false);
    expect(tickTo(startedAt, startedAt + 120_000)).toEqual(["samples-stale"]);
  });
});
