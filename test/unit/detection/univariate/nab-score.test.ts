import { describe, expect, test } from "vitest";
import { crossValidated } from "../../../evals/nab/cross-validate.ts";
import {
  bestThreshold,
  type NabProfile,
  nabProfiles,
  probationRows,
  scaledSigmoid,
  scoreCorpus,
  scoreCorpusAt,
  scoreSeries,
} from "../../../evals/nab/score.ts";

const [standard, lowFp, lowFn] = nabProfiles as [NabProfile, NabProfile, NabProfile];

/** 100 rows with one window of 10 rows (50..59); detections at the given rows. */
function seriesWith(detections: readonly number[], score = 0.9) {
  const scores = new Float64Array(100).fill(0.1);
  for (const row of detections) scores[row] = score;
  return { name: "one", scores, windows: [{ first: 50, last: 59 }] };
}

test.each([
  { position: -1, want: 0.98661 },
  { position: -0.5, want: 0.84828 },
  { position: 0, want: 0 },
  { position: 1, want: -0.98661 },
  { position: 3, want: -1 },
])("the scaled sigmoid at $position is $want", ({ position, want }) => {
  expect(scaledSigmoid(position)).toBeCloseTo(want, 5);
});

test("15 % of a series is probation, at most 750 rows", () => {
  expect([probationRows(99), probationRows(1000), probationRows(22_695)]).toEqual([14, 150, 750]);
});

describe("raw reward of one window", () => {
  test.each([
    { name: "silence costs the window", detections: [], profile: standard, want: -1 },
    { name: "silence costs double where misses weigh more", detections: [], profile: lowFn, want: -2 },
    { name: "the first row of the window earns everything", detections: [50], profile: standard, want: 1 },
    // y = -(59 - 54 + 1) / 10 = -0.6: (2 / (1 + e^-3) - 1) / 0.98661 = 0.90515 / 0.98661
    { name: "a later row earns less", detections: [54], profile: standard, want: 0.91743 },
    { name: "only the earliest detection counts", detections: [54, 55, 59], profile: standard, want: 0.91743 },
    { name: "a detection before any window costs the full weight", detections: [30], profile: standard, want: -1.11 },
    { name: "and double where false alarms weigh more", detections: [30], profile: lowFp, want: -1.22 },
    { name: "each row outside counts", detections: [30, 31, 50], profile: standard, want: 0.78 },
    // y = (60 - 59) / 9: 0.11 x (2 / (1 + e^(5/9)) - 1) = 0.11 x -0.27084
    { name: "just behind the window it costs little", detections: [50, 60], profile: standard, want: 1 - 0.029792 },
    { name: "far behind it costs all", detections: [50, 99], profile: standard, want: 0.89 },
    { name: "probation is not scored", detections: [0, 14, 50], profile: standard, want: 1 },
    { name: "the row after probation is", detections: [15, 50], profile: standard, want: 0.89 },
  ])("$name", ({ detections, profile, want }) => {
    expect(scoreSeries(seriesWith(detections), 0.5, profile).raw).toBeCloseTo(want, 4);
  });
});

test.each([
  { name: "silence is 0", detections: [], want: 0 },
  { name: "perfection is 100", detections: [50], want: 100 },
  { name: "a false alarm and nothing else is below 0", detections: [30], want: -5.5 },
  { name: "a late detection lies between", detections: [54], want: 95.87 },
])("normalised: $name", ({ detections, want }) => {
  expect(scoreCorpusAt([seriesWith(detections)], 0.5, standard).score).toBeCloseTo(want, 2);
});

test("windows without labels in a series still cost false alarms, and leave the scale alone", () => {
  const unlabelled = { name: "two", scores: seriesWith([40, 80]).scores, windows: [] };
  expect(scoreCorpusAt([seriesWith([50]), unlabelled], 0.5, standard).score).toBeCloseTo(100 - 11, 5);
});

describe("one threshold for the corpus", () => {
  const good = seriesWith([50], 0.8);
  const noisy = { ...seriesWith([20, 21, 22, 23], 0.6), windows: [] };

  test("lies where the total is highest", () => {
    expect(bestThreshold([good, noisy], standard)).toBe(0.8);
    expect(scoreCorpus([good, noisy], standard).score).toBe(100);
  });

  test("goes lower where a further window outweighs false alarms", () => {
    const late = seriesWith([50], 0.6);
    expect(bestThreshold([good, noisy, late], standard)).toBe(0.6);
  });

  test("rows with one score stand or fall together", () => {
    const tied = { ...seriesWith([]), scores: new Float64Array(100).fill(0.7) };
    expect(bestThreshold([tied], lowFp)).toBe(1.1);
    expect(scoreCorpus([tied], lowFp).score).toBe(0);
  });
});

test("cross-validation scores each half at the threshold of the other", () => {
  // One half is caught from 0.8 down, the other only from 0.6 down, where the first half's false alarms begin.
  const high = {
    ...seriesWith([50], 0.8),
    scores: seriesWith([50], 0.8).scores.map((score, row) => (row === 20 ? 0.6 : score)),
  };
  const low = seriesWith([50], 0.6);
  expect(crossValidated([high, low], standard, 10)).toBeCloseTo((100 - 5.5 + 0) / 2, 5);
  expect(crossValidated([low, low, low, low], standard, 10)).toBe(100);
});
