import { type AuditMark, markText } from "../../incident/audit-mark.ts";
import { causeTitles } from "../../incident/cause.ts";
import { verdictWords } from "../../incident/fix/verdict-words.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Digest, DigestFix, DigestIncident, Took } from "../../incident/report/digest.ts";
import type { Severity } from "../../incident/severity.ts";
import { matcherText } from "../../incident/silence.ts";
import { duration } from "../../lib/duration.ts";
import { confidenceWords, percent, statusWords } from "../words.ts";

/** Red, orange, yellow and blue, as in chat and on the pages; as letters on white each has a contrast of at least 4.5 : 1. */
export const severityColours: Readonly<Record<Severity, string>> = {
  critical: "#b91c1c",
  high: "#c2410c",
  medium: "#a16207",
  low: "#2563eb",
};

export const outcomeWords: Readonly<Record<DigestFix["outcome"], string>> = {
  ...verdictWords,
  undone: "undone",
  failed: "not applied",
  watching: "being watched",
};

/** `3, 1 more than before`, `3, as before`. */
export function compared(now: number, before: number): string {
  if (now === before) return `${now}, as before`;
  const by = Math.abs(now - before);
  return `${now}, ${by} ${now > before ? "more" : "fewer"} than before`;
}

/** Mean and median with the number of incidents behind them, which says how much they are worth. */
export function tookWords(took: Took | undefined): string {
  return took
    ? `${duration(took.meanMs)} on average, median ${duration(took.medianMs)} (${took.incidents} ${took.incidents === 1 ? "incident" : "incidents"})`
    : "nothing to measure";
}

/** Moments in the reader's own time zone, with its short name. */
export function clockOf(timeZone: string) {
  const options = { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" } as const;
  const day = new Intl.DateTimeFormat("en-GB", { ...options, weekday: "short", day: "numeric", month: "short" });
  const zoned = new Intl.DateTimeFormat("en-GB", {
    ...options,
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZoneName: "short",
  });
  const seconds = new Intl.DateTimeFormat("en-GB", { ...options, second: "2-digit", timeZoneName: "short" });
  return {
    seconds: (at: number) => seconds.format(at),
    short: (at: number) => day.format(at),
    full: (at: number) => zoned.format(at),
  };
}

export type MailClock = ReturnType<typeof clockOf>;

/** `defect in the new release, Deployment shop/carts, very likely (81 %)`, with the word that it is undecided where it is. */
export function causeWords({ code, culprit, probability, undecided }: NonNullable<DigestIncident["cause"]>): string {
  const cause = `${causeTitles[code]}, ${refText(culprit)}, ${confidenceWords(probability)} (${percent(probability)})`;
  return undecided ? `undecided: ${cause}` : cause;
}

/** When it was: `Fri 20 Nov, 23:00`, or how often and when last. */
export const whenWords = ({ openedAt, times }: DigestIncident, clock: MailClock): string =>
  times === undefined ? clock.short(openedAt) : `${times} times, last ${clock.short(openedAt)}`;

/** So that a mailbox holds what the database must not take back. */
export const auditWords = (mark: AuditMark): string =>
  `Entry ${mark.seq} is the audit's newest. This tells later whether it still stands there: kubemend audit verify --mark ${markText(mark)}`;

/** What somebody has to look into at once. */
export const takenBackWords = (times: number): string =>
  `Entries of the audit were taken back${times > 1 ? ` ${times} times` : ""} in this time: its end was cut off, an older backup was put back, or it was written anew. Compare it with an export: kubemend audit verify --against FILE.`;

/** Words that the templates use; one place, so that text and HTML say the same. */
export const words = {
  auditWords,
  takenBackWords,
  statusWords,
  causeTitles,
  causeWords,
  compared,
  confidenceWords,
  duration,
  matcherText,
  outcomeWords,
  percent,
  quietWords,
  refText,
  severityColours,
  tookWords,
  whenWords,
};

/** Said first where there is nothing else to say. */
export function quietWords({ opened, open, openMore }: Digest): string | undefined {
  return opened === 0 && open.length + openMore === 0
    ? "All quiet: no incident was opened, and none is open."
    : undefined;
}

/** What a reader wants to know before opening it. */
export function digestSubject(digest: Digest): string {
  const { cluster, period, opened, resolved, open, openMore } = digest;
  const now = open.length + openMore;
  const what = quietWords(digest) ? "all quiet" : `${opened} opened, ${resolved} resolved, ${now} open`;
  return `${cluster}: ${period} digest, ${what}`;
}
