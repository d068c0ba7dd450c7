import type { AuditMark } from "../../incident/audit-mark.ts";
import { cameBack } from "../../incident/came-back.ts";
import type { CauseCode } from "../../incident/cause.ts";
import { titleOfRow } from "../../incident/diagnosis/title.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import {
  type Digest,
  type DigestFix,
  type DigestIncident,
  type DigestPeriod,
  type NoisyDetector,
  periodMs,
  type Took,
} from "../../incident/report/digest.ts";
import { severities } from "../../incident/severity.ts";
import type { StoredSilence } from "../../incident/silence.ts";
import { newestMark, timesTakenBack } from "../../store/audit-marks.ts";
import { type KnownRisk, readRisks } from "../../store/cluster/risks.ts";
import type { Database } from "../../store/database.ts";
import { type DigestRows, digestRows, type FixLine, type IncidentLine } from "../../store/people/digest-rows.ts";
import { standingSilences } from "../../store/people/silences.ts";

const shown = { incidents: 15, causes: 6, fixes: 15, noisy: 5, predicted: 8, risks: 10, silences: 10 } as const;
/** Slices of the chart: two hours of a day, a day of a week. */
const slices: Readonly<Record<DigestPeriod, number>> = { daily: 12, weekly: 7 };

function took(times: readonly number[]): Took | undefined {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) return undefined;
  return {
    meanMs: sorted.reduce((sum, one) => sum + one, 0) / sorted.length,
    medianMs: (low + high) / 2,
    incidents: sorted.length,
  };
}

function lineOf(line: IncidentLine, redact: Redact): DigestIncident {
  const { cause, culprit, probability, inconclusive } = line;
  return {
    id: line.id,
    title: redact(titleOfRow(line, line)),
    severity: line.severity,
    status: line.status,
    openedAt: line.openedAt,
    ...(line.resolvedAt === null ? {} : { resolvedAt: line.resolvedAt }),
    ...(cause && culprit && cause !== "unknown"
      ? { cause: { code: cause, culprit, probability: probability ?? 0, undecided: inconclusive === true } }
      : {}),
  };
}

/** Equal for incidents that are told alike, whatever was measured. */
const sameness = (line: IncidentLine) => `${refKey(line.target)} ${titleOfRow(line, line).replace(/\d[\d.,]*/g, "#")}`;

/** A line for each of these; the latest of many alike with how often the same was opened in the period. */
function linesOf(lines: readonly IncidentLine[], opened: readonly IncidentLine[], redact: Redact): DigestIncident[] {
  const times = Map.groupBy(opened, sameness);
  return lines.map((line) => {
    const [latest, ...before] = times.get(sameness(line)) ?? [];
    const often = latest?.id === line.id && before.length > 0 ? { times: before.length + 1 } : {};
    return { ...lineOf(line, redact), ...often };
  });
}

/** What happened again and again is told once, by its latest time: in a bad week one thing would fill the page. */
const latestOfEach = (opened: readonly IncidentLine[]): IncidentLine[] =>
  [...Map.groupBy(opened, sameness).values()].flatMap(([latest]) => latest ?? []);

function topCauses(lines: readonly IncidentLine[]): Digest["causes"] {
  const known = lines.flatMap(({ cause, culprit, inconclusive }) =>
    cause && culprit && cause !== "unknown" && !inconclusive ? [{ cause, culprit }] : [],
  );
  const byCause = Map.groupBy(known, ({ cause }): CauseCode => cause);
  return [...byCause]
    .flatMap(([cause, same]) => {
      const [latest] = same;
      return latest ? [{ cause, incidents: same.length, culprit: latest.culprit }] : [];
    })
    .toSorted((a, b) => b.incidents - a.incidents || (a.cause < b.cause ? -1 : 1))
    .slice(0, shown.causes);
}

/** One that passes by itself now and then is no noise; two are. */
function noisyDetectors(lines: readonly IncidentLine[]): NoisyDetector[] {
  const seen = new Map<string, { incidents: number; passing: number }>();
  for (const { detectors, passing } of lines) {
    for (const detector of detectors) {
      const count = seen.get(detector) ?? { incidents: 0, passing: 0 };
      seen.set(detector, { incidents: count.incidents + 1, passing: count.passing + Number(passing) });
    }
  }
  return [...seen]
    .map(([detector, count]) => ({ detector, ...count }))
    .filter(({ incidents, passing }) => passing >= 2 && passing * 2 >= incidents)
    .toSorted((a, b) => b.passing - a.passing || (a.detector < b.detector ? -1 : 1))
    .slice(0, shown.noisy);
}

const outcomeOf = ({ state, verdict }: FixLine): DigestFix["outcome"] =>
  state === "applied" ? (verdict ?? "watching") : state;

export interface DigestInput {
  readonly cluster: string;
  readonly period: DigestPeriod;
  readonly to: number;
  readonly rows: DigestRows;
  readonly risks: readonly KnownRisk[];
  readonly silences: readonly StoredSilence[];
  readonly audit: AuditMark | undefined;
  readonly takenBack: number;
  readonly redact: Redact;
}

/** A digest out of its rows; pure but for redaction. */
function composeDigest({ cluster, period, to, rows, risks, silences, audit, takenBack, redact }: DigestInput): Digest {
  const from = to - periodMs[period];
  const opened = rows.incidents.filter(({ openedAt }) => openedAt >= from);
  const resolved = rows.incidents.filter(({ resolvedAt }) => resolvedAt !== null && resolvedAt >= from);
  const open = rows.incidents
    .filter(({ status }) => status !== "resolved")
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.openedAt - b.openedAt);
  const sliceMs = periodMs[period] / slices[period];
  const timeToDetect = took(opened.flatMap((one) => (cameBack(one) ? [] : [one.openedAt - one.onset])));
  const timeToRecover = took(resolved.map(({ resolvedAt, onset }) => Math.max(0, (resolvedAt ?? onset) - onset)));
  const recent = linesOf(latestOfEach(opened).slice(0, shown.incidents), opened, redact);
  return {
    cluster,
    period,
    from,
    to,
    ...rows.now,
    before: rows.before,
    ...(timeToDetect ? { timeToDetect } : {}),
    ...(timeToRecover ? { timeToRecover } : {}),
    slices: Array.from({ length: slices[period] }, (_, index) => {
      const at = from + index * sliceMs;
      const count = (severity: string) =>
        opened.filter((one) => one.severity === severity && one.openedAt >= at && one.openedAt < at + sliceMs).length;
      return {
        at,
        opened: Object.fromEntries(severities.map((one) => [one, count(one)])) as Digest["slices"][number]["opened"],
      };
    }),
    open: linesOf(open.slice(0, shown.incidents), opened, redact),
    openMore: Math.max(0, open.length - shown.incidents),
    recent,
    recentMore: Math.max(0, rows.now.opened - recent.reduce((sum, { times = 1 }) => sum + times, 0)),
    causes: topCauses(opened),
    fixes: rows.fixes.slice(0, shown.fixes).map((fix) => ({
      incidentId: fix.incidentId,
      title: actionTitle(fix.action, fix.target),
      at: fix.at,
      outcome: outcomeOf(fix),
    })),
    noisy: noisyDetectors(opened),
    ...(audit ? { audit } : {}),
    ...(takenBack > 0 ? { takenBack } : {}),
    predicted: rows.incidents
      .flatMap(({ id, predictions, status }) =>
        predictions.slice(0, 1).map((text) => ({ incidentId: id, text: redact(text), open: status !== "resolved" })),
      )
      .slice(0, shown.predicted),
    risks: risks.slice(0, shown.risks).map((risk) => ({ ...risk, isNew: risk.firstSeenAt >= from })),
    risksMore: Math.max(0, risks.length - shown.risks),
    ending: silences.filter(({ until }) => until <= to + periodMs[period]).slice(0, shown.silences),
  };
}

export interface DigestDeps {
  readonly database: Database;
  readonly cluster: string;
  readonly redact: Redact;
}

/** The digest of the day or the week that ends at `to` (ms). */
export async function digestOf(deps: DigestDeps, period: DigestPeriod, to: number): Promise<Digest> {
  const { database, cluster, redact } = deps;
  const [rows, risks, silences, audit, takenBack] = await Promise.all([
    digestRows(database, { cluster, from: to - periodMs[period], to }),
    readRisks(database, { cluster, level: "risk", limit: 200 }),
    standingSilences(database, cluster, to),
    newestMark(database),
    timesTakenBack(database, to - periodMs[period], to),
  ]);
  return composeDigest({ cluster, period, to, rows, risks, silences, audit, takenBack, redact });
}
