import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Writable } from "node:stream";
import { z } from "zod";
import { boundedLines } from "../detection/metrics/univariate/bounded-lines.ts";
import type { AuditVerdict } from "../incident/audit-entry.ts";
import { readMark } from "../incident/audit-mark.ts";
import { inputError } from "../lib/app-error.ts";
import { isoTime } from "../lib/clock.ts";
import { errorCode } from "../lib/error-code.ts";
import { visibleJson } from "../lib/visible-text.ts";
import { refusalWords } from "../lib/why-refused.ts";
import { listAudit, verifyAudit } from "../store/audit.ts";
import type { Database } from "../store/database.ts";
import { openConfigured } from "./open-configured.ts";

export interface AuditOptions {
  readonly config?: string;
  /** For export: RFC 3339 time, date, or an age such as `24h` or `7d`. */
  readonly since?: string;
  /** For verify: a file that an earlier export was kept in. */
  readonly against?: string;
  /** For verify: an entry as the log or a digest has told it. */
  readonly mark?: string;
}

const problems = {
  missing: "an entry is missing there",
  changed: "the entry there is not what was written",
  "not-chained": "the entry there does not follow the one before it",
  "cut-off": "the newest entries are gone from there on",
  rewritten: "the chain holds, but the entry there is not the one that was told elsewhere",
  unwritten: "there are plans of which the chain says nothing",
} as const satisfies Record<Extract<AuditVerdict, { intact: false }>["problem"], string>;

const pageEntries = 1_000;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Moment that `--since` names, ms. @throws AppError when it names none. */
export function sinceOf(text: string, now: number): number {
  const age = /^(\d{1,6})([mhd])$/.exec(text);
  const at = age ? now - Number(age[1]) * (unitMs[age[2] ?? ""] ?? 0) : Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw inputError(
    "since-invalid",
    `--since ${JSON.stringify(text)} is no time.`,
    "Give a date (2026-11-20), a time (2026-11-20T12:00:00Z) or an age (30m, 24h, 7d).",
  );
}

/** The hashes of an earlier export, by number. @throws AppError when the file is none */
async function exported(path: string): Promise<ReadonlyMap<number, string>> {
  const remedy = "Give a file that kubemend audit export was written to.";
  const known = new Map<number, string>();
  let line = 0;
  try {
    for await (const text of boundedLines(createReadStream(path), exportedLineChars)) {
      line++;
      if (text.trim() === "") continue;
      const { seq, hash } = exportedLine.parse(JSON.parse(text));
      known.set(seq, hash);
    }
  } catch (cause) {
    const refused = refusalWords[errorCode(cause) ?? ""];
    const why =
      refused === undefined
        ? `is not what kubemend audit export has printed (line ${line})`
        : `cannot be read: ${refused}`;
    throw inputError("export-unreadable", `${path} ${why}.`, remedy, cause);
  }
  // Nothing would be compared, and the chain called intact.
  if (known.size === 0)
    throw inputError("export-empty", `${path} holds no entry: there is nothing to compare the chain with.`, remedy);
  return known;
}

/** An entry about many plans is long; a file without line ends is none. */
const exportedLineChars = 4_000_000;
const exportedLine = z.object({ seq: z.int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) });

type Intact = Extract<AuditVerdict, { intact: true }>;

function intactText(
  { entries, pruned }: Intact,
  known: ReadonlyMap<number, string> | undefined,
  asked: string | undefined,
): string {
  const counted = `${entries} ${entries === 1 ? "entry" : "entries"}`;
  const start = pruned ? `, from entry ${pruned.last + 1} on` : "";
  // Of an export only what has not been pruned since can be compared, and the link at which the chain was cut.
  const compared = [...(known?.keys() ?? [])].filter((seq) => seq >= (pruned?.last ?? 0)).length;
  const exported = known ? `, ${compared} of them as told elsewhere` : "";
  const cut = pruned
    ? ` Entries up to ${pruned.last} (the last of ${isoTime(pruned.lastAt)}) were pruned by retention on ${isoTime(pruned.at).slice(0, 10)}; entry ${pruned.saidBy} says so and holds the hash that entry ${pruned.last + 1} follows.`
    : "";
  // Of the wrong folder or without its address, a new and empty database is asked, and is as it should be.
  const none =
    entries === 0 && asked
      ? ` Nothing has been decided in ${asked}; --config and DATABASE_URL say which database is asked.`
      : "";
  return `The audit chain is intact: ${counted}${start}${exported}.${cut}${none}\n`;
}

/** What is known from elsewhere; undefined when nothing is. @throws AppError when a mark is none */
export async function knownOf(
  against: string | undefined,
  mark: string | undefined,
): Promise<ReadonlyMap<number, string> | undefined> {
  if (mark === undefined) return against === undefined ? undefined : await exported(against);
  const read = readMark(mark);
  if (!read)
    throw inputError(
      "mark-invalid",
      `--mark ${JSON.stringify(mark)} is no entry of an audit.`,
      "Give <number>:<hash>, as the log says it at audit.mark.",
    );
  return new Map([...(against === undefined ? [] : await exported(against)), [read.seq, read.hash]]);
}

/** Walks the chain and says what it found. @param asked the database in words @returns the exit code: 0 intact, 1 broken. */
export async function reportAudit(
  database: Database,
  out: Writable,
  known?: ReadonlyMap<number, string>,
  asked?: string,
): Promise<number> {
  const verdict = await verifyAudit(database, known);
  out.write(
    verdict.intact
      ? intactText(verdict, known, asked)
      : `The audit chain is broken at entry ${verdict.seq}: ${problems[verdict.problem]}. Entries before it are as they were written; compare the rest with an earlier export.\n`,
  );
  return verdict.intact ? 0 : 1;
}

/**
 * Prints entries as JSON lines, oldest first, no faster than they are read. `hash` is the SHA-256 of the entry as canonical
 * JSON without `time` and `hash`, so that an export can be checked without us. @returns how many.
 */
export async function exportAudit(
  database: Database,
  out: Writable,
  since = Number.NEGATIVE_INFINITY,
): Promise<number> {
  let [after, printed] = [0, 0];
  for (;;) {
    const page = await listAudit(database, { after, limit: pageEntries });
    for (const entry of page) {
      if (entry.at < since) continue;
      printed++;
      if (!out.write(`${visibleJson({ time: isoTime(entry.at), ...entry })}\n`)) await once(out, "drain");
    }
    const last = page.at(-1);
    if (!last || page.length < pageEntries) return printed;
    after = last.seq;
  }
}

/** `kubemend audit verify|export`. @returns the exit code. */
export async function audit(what: "verify" | "export", options: AuditOptions): Promise<number> {
  const since = options.since === undefined ? undefined : sinceOf(options.since, Date.now());
  const known = what === "verify" ? await knownOf(options.against, options.mark) : undefined;
  await using open = await openConfigured(options.config);
  const { database, origin } = open.store;
  if (what === "verify") return await reportAudit(database, process.stdout, known, origin);
  const printed = await exportAudit(database, process.stdout, since);
  process.stderr.write(`${printed} ${printed === 1 ? "entry" : "entries"}.\n`);
  return 0;
}
