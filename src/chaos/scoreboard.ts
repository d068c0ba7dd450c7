import { durationText } from "./duration.ts";
import type { RunResult } from "./result.ts";
import { scoreText } from "./words.ts";

/** One line of a game day. `problems`: why it was not run. */
export interface GameDayEntry {
  readonly name: string;
  readonly hypothesis: string;
  readonly runId?: string | undefined;
  readonly result?: RunResult | undefined;
  readonly problems: readonly string[];
}

export interface GameDay {
  readonly cluster: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly entries: readonly GameDayEntry[];
}

export interface GameDaySummary {
  readonly experiments: number;
  readonly run: number;
  readonly held: number;
  readonly detected: number;
  readonly rightCause: number;
  readonly rightCulprit: number;
  readonly rightFix: number;
  readonly fixWorked: number;
  readonly falseMerges: number;
  readonly foreign: number;
  readonly medianDetectionMs: number | null;
  readonly clean: boolean;
}

/** The figures of a game day. Pure. */
export function summarize({ entries }: GameDay): GameDaySummary {
  const scores = entries.flatMap(({ result }) => (result?.score ? [result.score] : []));
  const times = scores
    .flatMap(({ detectedAfterMs }) => (detectedAfterMs === undefined ? [] : [detectedAfterMs]))
    .sort((a, b) => a - b);
  const count = <T>(items: readonly T[], is: (item: T) => boolean | undefined) => items.filter(is).length;
  return {
    experiments: entries.length,
    run: count(entries, ({ result }) => result?.faultAt !== undefined),
    held: count(entries, ({ result }) => result?.verdict === "held"),
    detected: count(scores, ({ detected }) => detected),
    rightCause: count(scores, ({ rightCause }) => rightCause),
    rightCulprit: count(scores, ({ rightCulprit }) => rightCulprit),
    rightFix: count(scores, ({ rightFix }) => rightFix),
    fixWorked: count(scores, ({ fixWorked }) => fixWorked),
    falseMerges: scores.reduce((sum, score) => sum + score.falseMerges.length, 0),
    foreign: scores.reduce((sum, score) => sum + score.foreign.length, 0),
    medianDetectionMs: times.length === 0 ? null : (times[Math.floor((times.length - 1) / 2)] ?? null),
    clean: entries.every(({ result }) => result?.clean !== false),
  };
}

const text = (value: string | number) => String(value).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Bars, one an experiment: how long kubemend took to notice. */
function detectionChart(entries: readonly GameDayEntry[]): string {
  const rows = entries.filter(({ result }) => result?.score);
  if (rows.length === 0) return "";
  const longest = Math.max(1_000, ...rows.map(({ result }) => result?.score?.detectedAfterMs ?? 0));
  const height = rows.length * 26 + 8;
  const bars = rows.map(({ name, result }, at) => {
    const y = at * 26 + 4;
    const ms = result?.score?.detectedAfterMs;
    const width = ms === undefined ? 0 : Math.max(2, (ms / longest) * 420);
    const label = ms === undefined ? "not noticed" : durationText(ms);
    return `<text x="0" y="${y + 15}">${text(name)}</text><rect x="260" y="${y + 2}" width="${width.toFixed(1)}" height="16" class="${result?.score?.inTime ? "good" : "bad"}"/><text x="${(266 + width).toFixed(1)}" y="${y + 15}">${text(label)}</text>`;
  });
  return `<svg role="img" aria-label="Time until kubemend noticed" viewBox="0 0 800 ${height}" width="800" height="${height}">${bars.join("")}</svg>`;
}

/** One bar that is filled by a share. */
function shareBar(label: string, have: number, of: number): string {
  const width = of === 0 ? 0 : (have / of) * 300;
  return `<tr><th scope="row">${text(label)}</th><td><svg role="img" aria-label="${have} of ${of}" viewBox="0 0 300 14" width="300" height="14"><rect width="300" height="14" class="empty"/><rect width="${width.toFixed(1)}" height="14" class="good"/></svg></td><td>${have} of ${of}</td></tr>`;
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}
svg text{font:13px system-ui,sans-serif;fill:currentColor}.good{fill:#1a7f4b}.bad{fill:#b3261e}.empty{fill:#e3e3e3}
.held{color:#13633a}.broken,.aborted{color:#b3261e}svg{max-width:100%}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}.empty{fill:#3a3a3a}.held{color:#6fd6a0}.broken,.aborted{color:#ff9b93}th,td{border-color:#444}}`;

/** A page that needs nothing else: charts are SVG inside it. Everything that is not ours is escaped. */
export function scoreboardHtml(day: GameDay): string {
  const sums = summarize(day);
  const rows = day.entries.map(({ name, hypothesis, result, problems }) => {
    const verdict = result?.verdict ?? "not run";
    const kubemend = result?.score ? scoreText(result.score) : "";
    const why = result ? result.reason : problems.join("; ");
    const clean = result?.clean === false ? " <strong>Not everything is put back.</strong>" : "";
    return `<tr><th scope="row">${text(name)}</th><td>${text(hypothesis)}</td><td class="${text(verdict)}">${text(verdict)}</td><td>${text(why)}${clean}</td><td>${text(kubemend)}</td></tr>`;
  });
  const scored = day.entries.filter(({ result }) => result?.score).length;
  const asked = day.entries.filter(({ result }) => result?.score?.rightFix !== undefined).length;
  const applied = day.entries.filter(({ result }) => result?.score?.fixWorked !== undefined).length;
  const date = new Date(day.startedAt).toISOString().slice(0, 16).replace("T", " ");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Game day of ${text(day.cluster)}, ${date} UTC</title><style>${style}</style></head><body>
<h1>Game day of ${text(day.cluster)}</h1>
<p>${date} UTC, ${text(durationText(day.endedAt - day.startedAt))}. ${sums.run} of ${sums.experiments} experiments were run; ${sums.held} hypotheses held.${sums.clean ? "" : " <strong>Not everything is put back: kubemend chaos restore.</strong>"}</p>
<h2>How kubemend did</h2>
<table><tbody>
${shareBar("noticed", sums.detected, scored)}
${shareBar("right cause", sums.rightCause, scored)}
${shareBar("right culprit", sums.rightCulprit, scored)}
${shareBar("right fix offered first", sums.rightFix, asked)}
${shareBar("fix worked when applied", sums.fixWorked, applied)}
</tbody></table>
<p>${sums.falseMerges} false merges, ${sums.foreign} incidents that do not belong${sums.medianDetectionMs === null ? "" : `, noticed after ${text(durationText(sums.medianDetectionMs))} in the median`}.</p>
<h2>Time until it noticed</h2>
${detectionChart(day.entries)}
<h2>Experiments</h2>
<table><thead><tr><th scope="col">Experiment</th><th scope="col">Hypothesis</th><th scope="col">Verdict</th><th scope="col">Why</th><th scope="col">kubemend</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table>
</body></html>
`;
}
