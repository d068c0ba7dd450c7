import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import { poissonTail } from "../lib/poisson.ts";

/** One kind of line of one workload, in a window of time and before it. */
export interface LogMark {
  readonly workload: ObjectRef;
  readonly pod: string;
  readonly level: "fatal" | "error" | "warn" | "other";
  readonly text: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly countBefore: number;
}

export interface LogCluster<Mark extends LogMark = LogMark> {
  readonly first: Mark;
  readonly worst: Mark;
  readonly hallmarks: readonly string[];
  /** Most telling first; bounded. */
  readonly marks: readonly Mark[];
  readonly kinds: number;
  readonly workloads: number;
}

export interface ClusterWindow {
  /** Length of the time before the window, and of the window (ms): counts are compared by rate. */
  readonly beforeMs: number;
  readonly windowMs: number;
  /** What is written anyway: words in it are no hallmarks. */
  readonly background?: Iterable<string>;
  readonly maxMarks?: number;
}

const severity = { fatal: 3, error: 2, warn: 1, other: 0 } as const;
/** An ordinary line this long before the first severe one may be where it began; earlier it is a coincidence. */
const preludeMs = 2 * 60_000;
const maxHallmarks = 6;
const maxText = 600;

/**
 * The chance that a kind of line comes so often in the window when nothing has changed since before (Poisson; half a line
 * is added for what has not been seen, Jeffreys' prior).
 */
function chanceOf({ count, countBefore }: LogMark, { beforeMs, windowMs }: ClusterWindow): number {
  return poissonTail(count, ((countBefore + 0.5) * Math.max(1, windowMs)) / Math.max(1, beforeMs));
}

/** One error that was never written before is news; a warning has to come oftener than chance would have it. */
const maxChance = { fatal: 0.5, error: 0.3, warn: 0.01, other: 0.3 } as const;

/** 0 for what is no news, up to 1 for what cannot be chance. */
function rarity(mark: LogMark, window: ClusterWindow): number {
  if (mark.level === "other" && mark.countBefore > 0) return 0;
  const chance = chanceOf(mark, window);
  return chance > maxChance[mark.level] ? 0 : Math.min(1, 0.25 - Math.log10(chance) / 6);
}

const wordPattern = /[A-Za-z_][\w]*(?:[.-]\w+)*/g;
const level = /^(?:fatal|error|err|warn|warning|info|debug|trace|level|msg|message|time|ts|log)$/i;

/** Words of a line, each once: names and codes; no numbers, ids or levels. */
export function wordsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [word] of text
    .slice(0, maxText)
    .replaceAll(/<redacted-[^>]*>/g, " ")
    .matchAll(wordPattern)) {
    if (word.length < 4 || word.length > 40 || level.test(word)) continue;
    // Ids: hexadecimal, or letters and digits mixed without a separator.
    if (/^[0-9a-f]+$/i.test(word) && (/\d/.test(word) || word.length >= 8)) continue;
    if (/\d[a-z]+\d/i.test(word)) continue;
    found.add(word);
  }
  return found;
}

/** Words that several kinds share, or that stand in the worst of them, and that nobody wrote before; best first. */
function hallmarksOf(scored: readonly { mark: LogMark; score: number }[], background: Iterable<string>): string[] {
  const usual = new Set<string>();
  for (const text of background) for (const word of wordsOf(text)) usual.add(word.toLowerCase());
  const weights = new Map<string, number>();
  for (const { mark, score } of scored)
    for (const word of wordsOf(mark.text)) {
      if (usual.has(word.toLowerCase())) continue;
      // Codes (ECONNREFUSED, OOMKilled, no_such_table) say more than words of a sentence.
      const code = /[A-Z]{3}|[a-z][A-Z]|_|\w[.-]\w/.test(word) ? 2 : 1;
      weights.set(word, (weights.get(word) ?? 0) + score * code);
    }
  return [...weights]
    .sort((a, b) => b[1] - a[1] || b[0].length - a[0].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, maxHallmarks)
    .map(([word]) => word);
}

/**
 * Takes the rare and the severe lines of several workloads together: that they come at the same time is the signal (the
 * idea of Zebrium's log analysis). Says which was first, which is the worst and by which words one knows them. Pure.
 * @returns undefined when no line is severe, or none that is severe is news
 */
export function clusterOf<Mark extends LogMark>(
  marks: readonly Mark[],
  window: ClusterWindow,
): LogCluster<Mark> | undefined {
  const fresh = marks.map((mark) => ({ mark, rare: rarity(mark, window) })).filter(({ rare }) => rare > 0);
  const severe = fresh.filter(({ mark }) => severity[mark.level] >= 1);
  if (severe.length === 0) return undefined;
  const severeFrom = Math.min(...severe.map(({ mark }) => mark.firstAt));
  const scored = fresh
    .filter(({ mark }) => severity[mark.level] >= 1 || mark.firstAt >= severeFrom - preludeMs)
    .map(({ mark, rare }) => ({ mark, score: (0.5 + severity[mark.level]) * rare * (1 + Math.log10(mark.count) / 4) }))
    .sort((a, b) => b.score - a.score || a.mark.firstAt - b.mark.firstAt);
  const byTime = scored.map(({ mark }) => mark).sort((a, b) => a.firstAt - b.firstAt);
  const worst = [...severe].sort(
    (a, b) =>
      severity[b.mark.level] - severity[a.mark.level] ||
      b.rare * Math.log2(1 + b.mark.count) - a.rare * Math.log2(1 + a.mark.count) ||
      a.mark.firstAt - b.mark.firstAt,
  )[0]?.mark;
  const first = byTime[0];
  if (!first || !worst) return undefined;
  const most = window.maxMarks ?? 12;
  const kept = new Set<Mark>([first, worst]);
  for (const { mark } of scored) if (kept.size < most) kept.add(mark);
  return {
    first,
    worst,
    hallmarks: hallmarksOf(scored.slice(0, 40), window.background ?? []),
    marks: scored.map(({ mark }) => mark).filter((mark) => kept.has(mark)),
    kinds: scored.length,
    workloads: new Set(scored.map(({ mark }) => refKey(mark.workload))).size,
  };
}
