import { inputError } from "../../lib/app-error.ts";
import { type HealthDecision, healthDecisions } from "./decision.ts";
import { errorWindowMs, hourOf } from "./health-features.ts";
import type { HealthSample } from "./simulate-health.ts";

const columns = ["timestamp", "cpu", "memory", "error_count", "uptime_seconds", "decision"] as const;
const more = ["instance", "minutes_since_heal"] as const;
type Column = (typeof columns)[number] | (typeof more)[number];

const format = `A header with ${columns.join(",")}; timestamps in RFC 3339, cpu and memory from 0 to 1, errors of the last five minutes, decisions ${healthDecisions.join(", ")}. Two more may be there: instance (rows of one instance then tell how its CPU, its memory and its errors grow) and minutes_since_heal (empty when it was not asked to heal itself).`;

const mostSamples = 1_000_000;
/** A row is one of five minutes ago when it is at most this much older (ms). */
const slackMs = 3 * 60_000;

const isDecision = (text: string): text is HealthDecision => (healthDecisions as readonly string[]).includes(text);

/** Adds to each sample what the one of the same process five minutes before it says. */
function withHistory(rows: readonly (HealthSample & { readonly instance: string })[]): HealthSample[] {
  const whole: HealthSample[] = [];
  for (const own of Map.groupBy(rows, ({ instance }) => instance).values()) {
    const ordered = own.toSorted((a, b) => a.at - b.at);
    let then = 0;
    for (const { at, decision, vitals } of ordered) {
      while ((ordered[then + 1]?.at ?? Number.POSITIVE_INFINITY) <= at - errorWindowMs) then++;
      const before = ordered[then];
      const minutes = (at - (before?.at ?? at)) / 60_000;
      const known =
        before !== undefined &&
        before.at <= at - errorWindowMs &&
        before.at >= Math.max(at - errorWindowMs - slackMs, at - vitals.uptimeSeconds * 1_000);
      const history = known && {
        memoryGrowth: (vitals.memoryRatio - before.vitals.memoryRatio) / minutes,
        cpuGrowth: vitals.cpuRatio - before.vitals.cpuRatio,
        errorsBefore: before.vitals.errorCount,
      };
      whole.push({ at, decision, vitals: { ...vitals, ...history } });
    }
  }
  return whole;
}

/**
 * Labelled samples from CSV (see `format`; other columns are ignored). The hour of day comes from the timestamp.
 *
 * @throws AppError (exit code 2) that names the first line that cannot be read
 */
export function readHealthCsv(text: string): HealthSample[] {
  const [header = "", ...lines] = text.split(/\r?\n/);
  const names = header
    .replace(/^\ufeff/, "")
    .split(",")
    .map((name) => name.trim());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw inputError("bad-samples", `The samples have no column ${missing.join(" and ")}.`, format);
  if (lines.length > mostSamples)
    throw inputError("bad-samples", `There are more than ${mostSamples} samples.`, "Give the newest of them.");
  const places = new Map<Column, number>([...columns, ...more].map((column) => [column, names.indexOf(column)]));
  const samples: (HealthSample & { readonly instance: string })[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    const cells = line.split(",");
    const cell = (column: Column) => (cells[places.get(column) ?? -1] ?? "").trim();
    const refuse = (column: Column) =>
      inputError("bad-samples", `Line ${i + 2} of the samples: ${column} is "${cell(column).slice(0, 40)}".`, format);
    const number = (column: Column, most = Number.MAX_SAFE_INTEGER) => {
      const value = cell(column) === "" ? Number.NaN : Number(cell(column));
      if (!(value >= 0 && value <= most)) throw refuse(column);
      return value;
    };
    const at = Date.parse(cell("timestamp"));
    if (!Number.isFinite(at)) throw refuse("timestamp");
    const decision = cell("decision");
    if (!isDecision(decision)) throw refuse("decision");
    samples.push({
      at,
      decision,
      instance: cell("instance"),
      vitals: {
        cpuRatio: number("cpu", 64),
        memoryRatio: number("memory", 1.5),
        errorCount: number("error_count"),
        uptimeSeconds: number("uptime_seconds"),
        hour: hourOf(at),
        minutesSinceHeal: cell("minutes_since_heal") === "" ? undefined : number("minutes_since_heal"),
      },
    });
  });
  return names.includes("instance") ? withHistory(samples) : samples;
}

/** What to give instead, for those whose samples do not suffice. */
export const healthCsvFormat = format;
