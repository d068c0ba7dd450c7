import { inputError } from "../../lib/app-error.ts";
import { type HealthDecision, healthDecisions } from "./decision.ts";
import { hourOf } from "./health-features.ts";
import type { HealthSample } from "./simulate-health.ts";

const columns = ["timestamp", "cpu", "memory", "error_count", "uptime_seconds", "decision"] as const;
const format = `A header with ${columns.join(",")}; timestamps in RFC 3339, cpu and memory from 0 to 1, errors of the last five minutes, decisions ${healthDecisions.join(", ")}.`;

/** Too few for three parts, each with something of every kind in it. */
const leastSamples = 200;
const mostSamples = 1_000_000;

const isDecision = (text: string): text is HealthDecision => (healthDecisions as readonly string[]).includes(text);

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
  const samples: HealthSample[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    const cells = line.split(",");
    const cell = (column: (typeof columns)[number]) => (cells[names.indexOf(column)] ?? "").trim();
    const refuse = (column: (typeof columns)[number]) =>
      inputError("bad-samples", `Line ${i + 2} of the samples: ${column} is "${cell(column).slice(0, 40)}".`, format);
    const number = (column: (typeof columns)[number], most = Number.MAX_SAFE_INTEGER) => {
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
      vitals: {
        cpuRatio: number("cpu", 64),
        memoryRatio: number("memory", 1.5),
        errorCount: number("error_count"),
        uptimeSeconds: number("uptime_seconds"),
        hour: hourOf(at),
      },
    });
  });
  if (samples.length < leastSamples) {
    throw inputError(
      "few-samples",
      `${samples.length} samples are too few to train on and to test with; ${leastSamples} are the least.`,
      format,
    );
  }
  const kinds = new Set(samples.map(({ decision }) => decision));
  if (kinds.size < 2)
    throw inputError(
      "few-samples",
      `All samples are labelled ${[...kinds].join("")}; there is nothing to learn.`,
      format,
    );
  return samples;
}
