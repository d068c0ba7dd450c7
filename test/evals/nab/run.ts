/**
 * `node test/evals/nab/run.ts <folder>`: scores every series of a benchmark folder (`windows.json` and the files it
 * names) with the streaming code behind `kubemend detect`, and prints the score of each profile and each series.
 */
import { boundedLines } from "../../../src/detection/metrics/univariate/bounded-lines.ts";
import { createSeriesCounts, scoreSeries } from "../../../src/detection/metrics/univariate/score-series.ts";
import { atLeast, finish } from "../result.ts";
import { crossValidated } from "./cross-validate.ts";
import { type LabelledFile, readLabelledFolder } from "./read.ts";
import { type CorpusScore, nabProfiles, type ScoredSeries, scoreCorpus } from "./score.ts";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("Usage: node test/evals/nab/run.ts <folder with windows.json>");
  process.exit(2);
}
const startedMs = performance.now();
const corpus = await Promise.all(readLabelledFolder(folder).map(scoreFile));
const rows = corpus.reduce((sum, series) => sum + series.scores.length, 0);
const microsecondsPerRow = ((performance.now() - startedMs) * 1000) / rows;
const results = nabProfiles.map((profile) => scoreCorpus(corpus, profile));
console.log(
  `${corpus.length} series, ${rows} rows, ${microsecondsPerRow.toFixed(2)} µs a row with reading and parsing\n`,
);
for (const result of results) console.log(summary(result));
const goals = [65, 60, 70];
const figures = results.map(({ profile, score }, i) => atLeast(`NAB score, ${profile}`, score, goals[i] ?? 0));
const validated = nabProfiles.map((profile) => crossValidated(corpus, profile, 50).toFixed(2)).join(" / ");
console.log(`\nthreshold chosen on the other half of the series (mean of 50 splits): ${validated}`);
console.log(`\n${"series".padEnd(62)}${nabProfiles.map((profile) => profile.name.padStart(30)).join("")}`);
for (const [i, { name }] of corpus.entries())
  console.log(name.padEnd(62) + results.map((result) => cell(result, i).padStart(30)).join(""));

await finish({ figures });

async function scoreFile(file: LabelledFile): Promise<ScoredSeries> {
  const scores: number[] = [];
  const bytes = (async function* () {
    yield new TextEncoder().encode(file.text);
  })();
  for await (const row of scoreSeries(boundedLines(bytes), file.name, createSeriesCounts())) scores.push(row.score);
  return { name: file.name, scores, windows: file.windows };
}

function summary({ profile, score, threshold, series }: CorpusScore): string {
  const windows = series.reduce((sum, one) => sum + one.windows, 0);
  const detected = series.reduce((sum, one) => sum + one.windowsDetected, 0);
  const falsePositives = series.reduce((sum, one) => sum + one.falsePositives, 0);
  const counts = `${detected} of ${windows} windows, ${falsePositives} false positives`;
  return `${profile.padEnd(20)} ${score.toFixed(2).padStart(7)}   threshold ${threshold.toFixed(4)}   ${counts}`;
}

function cell(result: CorpusScore, i: number): string {
  const one = result.series[i];
  return one === undefined
    ? ""
    : `${one.raw.toFixed(2)} (${one.windowsDetected}/${one.windows}, fp ${one.falsePositives})`;
}
