import { inputError } from "../../../lib/app-error.ts";
import { createScorer } from "./scorer.ts";
import { createSeriesClock, observeTime, type TimeStep } from "./series-clock.ts";
import { readHeader, readRow, type SeriesRow } from "./series-csv.ts";

/** What was met while scoring one series; every row is in `rows` and in exactly one of the four outcomes below it. */
export interface SeriesCounts {
  rows: number;
  scored: number;
  emptyValues: number;
  notNumbers: number;
  unreadableTimes: number;
  /** Blank lines are no rows and have no output. */
  blankLines: number;
  readonly steps: Record<TimeStep, number>;
  highestScore: number;
  highestAt: string;
}

export interface ScoredRow {
  readonly timestamp: string;
  readonly value: string;
  /** 0..1 */
  readonly score: number;
}

/** All zero; `highestAt` stays empty until a row has scored above 0. */
export function createSeriesCounts(): SeriesCounts {
  const steps = { regular: 0, gap: 0, duplicate: 0, late: 0, "clock-jump": 0 };
  const outcomes = { rows: 0, scored: 0, emptyValues: 0, notNumbers: 0, unreadableTimes: 0, blankLines: 0 };
  return { ...outcomes, steps, highestScore: 0, highestAt: "" };
}

/**
 * Scores CSV lines one by one: yields each row's score before the next line is read, one row out for each row in.
 * Rows without a usable value or time score 0 and are counted in `counts`.
 *
 * @param source name of the input, for messages
 * @throws AppError `series-empty`, `series-no-header`, `series-no-rows`, all with exit code 2
 */
export async function* scoreSeries(
  lines: AsyncIterable<string>,
  source: string,
  counts: SeriesCounts,
): AsyncGenerator<ScoredRow> {
  const scorer = createScorer();
  const clock = createSeriesClock();
  let columns: ReturnType<typeof readHeader> | undefined;
  for await (const line of lines) {
    if (columns === undefined) {
      if (line.replace(/^\uFEFF/, "").trim() === "") {
        counts.blankLines++;
        continue;
      }
      columns = readHeader(line, source);
      continue;
    }
    if (line.trim() === "") {
      counts.blankLines++;
      continue;
    }
    const row = readRow(line, columns);
    const usable = countRow(row, counts);
    if (!Number.isNaN(row.atMs)) counts.steps[observeTime(clock, row.atMs)]++;
    const score = usable ? scorer.push(row.atMs, row.number) : 0;
    if (score > counts.highestScore) {
      counts.highestScore = score;
      counts.highestAt = row.timestamp;
    }
    yield { timestamp: row.timestamp, value: row.value, score };
  }
  const remedy = "Give a CSV file with a timestamp,value header and rows such as: 2026-11-21 09:00:00,0.25";
  if (columns === undefined) throw inputError("series-empty", `${source} is empty.`, remedy);
  if (counts.rows > 0 && counts.unreadableTimes === counts.rows)
    throw inputError("series-no-rows", `None of the ${counts.rows} rows of ${source} begins with a time.`, remedy);
}

/** Files the row under its outcome; true when it can be scored. */
function countRow(row: SeriesRow, counts: SeriesCounts): boolean {
  counts.rows++;
  if (Number.isNaN(row.atMs)) counts.unreadableTimes++;
  else if (row.value === "") counts.emptyValues++;
  else if (!Number.isFinite(row.number)) counts.notNumbers++;
  else {
    counts.scored++;
    return true;
  }
  return false;
}

/** The counts as one line for the operator; what did not occur is left out. */
export function describeCounts(counts: SeriesCounts): string {
  const { steps } = counts;
  const parts = [
    [counts.emptyValues, "without a value"],
    [counts.notNumbers, "not a number"],
    [counts.unreadableTimes, "without a readable time"],
    [counts.blankLines, "blank lines"],
    [steps.gap, "gaps"],
    [steps.duplicate, "repeated times"],
    [steps.late, "late"],
    [steps["clock-jump"], "clock jumps"],
  ] as const;
  const met = parts.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  const highest =
    counts.highestAt === "" ? "" : `; highest score ${counts.highestScore.toFixed(3)} at ${counts.highestAt}`;
  return `${counts.rows} rows, ${counts.scored} scored${met.join("")}${highest}`;
}
