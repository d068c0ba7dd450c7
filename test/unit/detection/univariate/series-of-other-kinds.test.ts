import { expect, test } from "vitest";
import { createScorer } from "../../../../src/detection/metrics/univariate/scorer.ts";
import { likeCorpus } from "../../../evals/nab/like/corpus.ts";
import { nabProfiles, scoreCorpus } from "../../../evals/nab/score.ts";

const goals = [65, 60, 70];

test("prices, roads, mentions and daily shapes, made up: the goals of the benchmark hold under one threshold", () => {
  const scored = likeCorpus(1).map(({ name, atMs, values, windows }) => {
    const scorer = createScorer();
    return { name, windows, scores: values.map((value, i) => scorer.push(atMs[i] as number, value)) };
  });
  for (const [i, profile] of nabProfiles.entries())
    expect(scoreCorpus(scored, profile).score, profile.name).toBeGreaterThan(goals[i] as number);
});

test("two weeks without an event: a regular day and a constant are never alarming, noise hardly", () => {
  for (const { name, atMs, values } of likeCorpus(2).filter((series) => series.name.startsWith("calm/"))) {
    const scorer = createScorer();
    const alarms = values.filter((value, i) => scorer.push(atMs[i] as number, value) > 0.4).length;
    expect(alarms, name).toBeLessThanOrEqual(name.includes("noise") ? 2 : 0);
  }
});
