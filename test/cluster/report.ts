import type { Check } from "./checks.ts";
import type { FaultRow } from "./run-fault.ts";

export interface Report {
  /** `v1.31.2`, or which recording stood in for a cluster. */
  readonly cluster: string;
  readonly emulated: boolean;
  readonly checks: readonly Check[];
  readonly faults: readonly FaultRow[];
  /** Titles of incidents while nothing was broken. */
  readonly falseInQuietTime: readonly string[];
  readonly quietMinutes: number;
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
}

const yes = (right: boolean) => (right ? "right" : "WRONG");
const after = (value: number | undefined) => (value === undefined ? "-" : `${value} s`);

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const faultCells = (row: FaultRow): string[] => [
  row.fault,
  after(row.detectedAfterSeconds),
  row.cause ? `${row.cause} (${yes(row.causeRight)})` : "-",
  row.culprit ? `${row.culprit} (${yes(row.culpritRight)})` : "-",
  row.fixOffered ?? "-",
  row.fixApplied ?? "-",
  row.verdict ?? "-",
  after(row.recoveredAfterSeconds),
  row.undo,
  String(row.falseIncidents.length),
  [row.trouble, row.readAgain ? `database asked again ${row.readAgain} times` : undefined].filter(Boolean).join("; "),
];

/** Everything came out as it should. Where taking back was tried, it worked. */
export function isGood({ checks, faults, falseInQuietTime }: Report): boolean {
  return (
    checks.every(({ result }) => result !== "broken") &&
    falseInQuietTime.length === 0 &&
    faults.every(
      (row) =>
        row.causeRight &&
        row.culpritRight &&
        row.verdict === "recovered" &&
        row.undo !== "not undone" &&
        row.falseIncidents.length === 0 &&
        row.trouble === undefined,
    )
  );
}

export function reportText(report: Report): string {
  const { cluster, checks, faults, falseInQuietTime, quietMinutes, skipped } = report;
  const heads = [
    "fault",
    "detected after",
    "cause",
    "culprit",
    "fix offered",
    "fix applied",
    "verdict",
    "recovered after",
    "undo",
    "false",
    "",
  ];
  const marks = { holds: "ok  ", broken: "FAIL", skipped: "skip" } as const;
  return [
    `Cluster: ${cluster}`,
    ...(checks.length > 0
      ? ["", ...checks.map(({ name, result, detail }) => `${marks[result]}  ${name}${detail ? `: ${detail}` : ""}`)]
      : []),
    "",
    table([heads, ...faults.map(faultCells)]),
    "",
    `Nothing broken for ${quietMinutes} min: ${falseInQuietTime.length} incidents${falseInQuietTime.length > 0 ? ` (${falseInQuietTime.join("; ")})` : ""}.`,
    ...faults.flatMap(({ fault, falseIncidents }) =>
      falseIncidents.map((title) => `False during "${fault}": ${title}`),
    ),
    ...(skipped.length > 0 ? ["", "Left out:", ...skipped.map(({ what, why }) => `  ${what}: ${why}`)] : []),
    "",
    isGood(report) ? "All as it should be." : "Not all as it should be.",
  ].join("\n");
}
