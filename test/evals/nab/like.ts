/**
 * `node test/evals/nab/like.ts <folder> [--seeds n]`: how far the figures of `run.ts` would hold on series that are not at hand.
 * Made-up series of the kinds that the benchmark documents and the folder lacks (alone, and together with those at hand under
 * one threshold), the series at hand recorded in other ways, and the spread over which of them one happens to have.
 */
import { parseArgs } from "node:util";
import { createScorer } from "../../../src/detection/metrics/univariate/scorer.ts";
import { parseTime } from "../../../src/detection/metrics/univariate/series-csv.ts";
import { atLeast, finish } from "../result.ts";
import { likeCorpus } from "./like/corpus.ts";
import { drawnFrom } from "./like/drawn.ts";
import type { MadeSeries } from "./like/made-series.ts";
import { otherwise } from "./like/recorded-otherwise.ts";
import { readLabelledFolder } from "./read.ts";
import { bestThreshold, type NabProfile, nabProfiles, type ScoredSeries, scoreCorpus, scoreCorpusAt } from "./score.ts";

const goals = [65, 60, 70];
/** Resamplings of the series for the spread of the figure. */
const resamplings = 100;

const { values: options, positionals } = parseArgs({
  options: { seeds: { type: "string", default: "5" } },
  allowPositionals: true,
});
const folder = positionals[0];
if (folder === undefined) {
  console.error("Usage: node test/evals/nab/like.ts <folder with windows.json> [--seeds n]");
  process.exit(2);
}
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);
const atHand = readLabelledFolder(folder).map(({ name, text, windows }): MadeSeries => {
  const rows = text.trimEnd().split("\n").slice(1);
  const fields = rows.map((row) => row.split(","));
  return {
    name,
    atMs: fields.map(([time]) => parseTime(time ?? "")),
    values: fields.map(([, value]) => Number(value)),
    windows,
  };
});
const scoredAtHand = atHand.map(scored);
const made = seeds.map((seed) => likeCorpus(seed).map(scored));
const everyMade = made.flat();

line(
  "",
  nabProfiles.map(({ name }) => name),
);
row("at hand", (profile) => scoreCorpus(scoredAtHand, profile).score);
const alone = row("made up, of the kinds not at hand", (profile) =>
  mean(made.map((corpus) => scoreCorpus(corpus, profile).score)),
);
const together = row("  both under one threshold", (profile) =>
  mean(made.map((corpus) => scoreCorpus([...scoredAtHand, ...corpus], profile).score)),
);
for (const kind of new Set(everyMade.map(({ name }) => name.split("/")[0] ?? "")))
  row(`  ${kind}, at the threshold of all made up`, (profile) => {
    const ofKind = everyMade.filter(({ name }) => name.startsWith(`${kind}/`));
    return scoreCorpusAt(ofKind, bestThreshold(everyMade, profile), profile).score;
  });
for (const { name, change } of otherwise)
  row(
    `at hand, ${name}`,
    (profile) =>
      scoreCorpus(
        atHand.map((series, i) => scored(change(series, i))),
        profile,
      ).score,
  );
for (const [label, share] of [
  ["worst tenth of resamplings, at hand", 0.1],
  ["best tenth", 0.9],
] as const)
  row(label, (profile) => quantile(resampled(scoredAtHand, profile), share));

await finish({
  figures: nabProfiles.flatMap(({ name }, i) => [
    atLeast(`made-up series of other kinds, ${name}`, alone[i] ?? 0, goals[i] ?? 0),
    atLeast(`made-up and real under one threshold, ${name}`, together[i] ?? 0, goals[i] ?? 0),
  ]),
});

function scored(series: MadeSeries): ScoredSeries {
  const scorer = createScorer();
  const scores = series.values.map((value, i) => scorer.push(series.atMs[i] as number, value));
  return { name: series.name, scores, windows: series.windows };
}

/** Scores of corpora drawn with repetition from this one, each at its own best threshold, in ascending order. */
function resampled(corpus: readonly ScoredSeries[], profile: NabProfile): readonly number[] {
  const drawn = drawnFrom(1);
  const draw = () => corpus.map(() => corpus[drawn.whole(0, corpus.length - 1)] as ScoredSeries);
  return Array.from({ length: resamplings }, () => scoreCorpus(draw(), profile).score).sort((a, b) => a - b);
}

function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function row(label: string, of: (profile: NabProfile) => number): readonly number[] {
  const figures = nabProfiles.map(of);
  line(
    label,
    figures.map((figure) => figure.toFixed(1)),
  );
  return figures;
}

function line(label: string, cells: readonly string[]): void {
  console.log(label.padEnd(48) + cells.map((cell) => cell.padStart(20)).join(""));
}
