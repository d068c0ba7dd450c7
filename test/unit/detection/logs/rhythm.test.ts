import { expect, test } from "vitest";
import { createRhythm, isSteady, patienceMs } from "../../../../src/detection/logs/rhythm.ts";

function follow(gaps: readonly number[]) {
  const rhythm = createRhythm(0);
  let at = 0;
  for (const gap of gaps) {
    at += gap;
    rhythm.beat(at);
  }
  return rhythm;
}
const times = (count: number, gap: (i: number) => number) => Array.from({ length: count }, (_, i) => gap(i));
/** Deterministic pauses of a Poisson process. */
function chance(meanMs: number): (i: number) => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return -meanMs * Math.log((state + 1) / 4_294_967_297);
  };
}

test.each([
  { name: "a timer", gaps: times(30, () => 10_000), steady: true },
  { name: "a timer that jitters by a tenth", gaps: times(30, (i) => 10_000 + (i % 3) * 1_000), steady: true },
  {
    name: "a timer that writes three lines each time",
    gaps: times(90, (i) => (i % 3 === 0 ? 10_000 : 5)),
    steady: true,
  },
  { name: "a timer seen too seldom", gaps: times(10, () => 10_000), steady: false },
  { name: "what comes by chance, every ten seconds", gaps: times(400, chance(10_000)), steady: false },
  { name: "what comes by chance, ten times a second", gaps: times(4_000, chance(100)), steady: false },
  { name: "now and then two at once", gaps: times(60, (i) => (i % 4 === 0 ? 9_000 : 3_000)), steady: false },
])("$name: steady $steady", ({ gaps, steady }) => expect(isSteady(follow(gaps))).toBe(steady));

test("it is waited for four times as long as usual, twice the longest pause, and half a minute at least", () => {
  expect(patienceMs(follow(times(30, () => 3_000)))).toBe(30_000);
  expect(patienceMs(follow(times(30, () => 20_000)))).toBe(80_000);
  expect(patienceMs(follow([...times(10, () => 20_000), 50_000, ...times(30, () => 20_000)]))).toBe(100_000);
});

test("what had stopped and is back is learned again", () => {
  const rhythm = follow([...times(30, () => 10_000), 600_000]);
  expect([isSteady(rhythm), rhythm.beats]).toEqual([false, 1]);
});

test("late and doubled lines and clocks that go back are no beats", () => {
  const rhythm = follow([...times(30, () => 10_000), 0, -50_000, 50_000]);
  expect([rhythm.beats, rhythm.meanMs, rhythm.longestMs]).toEqual([31, 10_000, 10_000]);
});
