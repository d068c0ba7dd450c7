import type { GameDay, GameDayEntry } from "./game-day.ts";
import { timeSpanText } from "./time-span.ts";

/** Text of others inside HTML. */
export const escaped = (value: string | number) =>
  String(value).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Bars are drawn on a canvas this wide and stretched to the page; words stand beside it, so that they are never stretched. */
const width = 1_000;
const height = 18;
const x = (share: number) => (Math.min(1, Math.max(0, share)) * width).toFixed(1);
const drawing = (label: string, inside: string) =>
  `<svg role="img" aria-label="${escaped(label)}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${inside}</svg>`;
const bar = (from: number, to: number, kind: string) =>
  `<rect x="${x(from)}" width="${Math.max(4, (to - from) * width).toFixed(1)}" height="${height}" class="${kind}"/>`;
const mark = (at: number, kind: string) =>
  `<rect x="${(Math.min(1, Math.max(0, at)) * (width - 6)).toFixed(1)}" width="6" height="${height}" class="${kind}"/>`;
const row = (name: string, chart: string, value: string) =>
  `<li><span class="name">${escaped(name)}</span>${chart}<span class="value">${escaped(value)}</span></li>`;

/** One bar an experiment that is to be noticed: how long kubemend took, with a mark where its time was up. */
export function detectionChart(entries: readonly GameDayEntry[]): string {
  const rows = entries.flatMap(({ name, expected, result }) =>
    expected === "none" || !result?.score ? [] : [{ name, limitMs: expected.within, score: result.score }],
  );
  const longest = Math.max(1_000, ...rows.flatMap(({ limitMs, score }) => [limitMs, score.detectedAfterMs ?? 0]));
  const items = rows.map(({ name, limitMs, score: { detectedAfterMs: ms, inTime } }) => {
    const took = ms === undefined ? "not noticed" : timeSpanText(ms);
    const label = `${name}: ${took}, allowed ${timeSpanText(limitMs)}`;
    const filled = ms === undefined ? "" : bar(0, ms / longest, inTime ? "good" : "bad");
    const chart = drawing(label, bar(0, 1, "empty") + filled + mark(limitMs / longest, "limit"));
    return row(name, chart, `${took}${inTime ? "" : " – too late"}`.replace("noticed – too late", "noticed"));
  });
  return items.length === 0 ? "" : `<ul class="bars">${items.join("")}</ul>`;
}

/** The day from left to right: when each fault was in the cluster, how long things took to be well again, when it was noticed. */
export function dayChart({ startedAt, endedAt, entries }: GameDay): string {
  const span = Math.max(1, endedAt - startedAt);
  const at = (ms: number) => (ms - startedAt) / span;
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
  const items = entries.flatMap(({ name, result }) => {
    if (result?.faultAt === undefined) return [];
    const { faultAt, restoredAt = result.endedAt, endedAt: over, score } = result;
    const noticedAt = score?.detectedAfterMs === undefined ? undefined : faultAt + score.detectedAfterMs;
    const label = [
      `${name}: fault from ${clock(faultAt)} to ${clock(restoredAt)}`,
      ...(noticedAt === undefined ? [] : [`noticed at ${clock(noticedAt)}`]),
      `over at ${clock(over)}`,
    ].join(", ");
    const inside = [
      bar(0, 1, "empty"),
      bar(at(faultAt), at(restoredAt), "fault"),
      bar(at(restoredAt), at(over), "settling"),
      ...(noticedAt === undefined ? [] : [mark(at(noticedAt), "limit")]),
    ];
    return [row(name, drawing(label, inside.join("")), `${clock(faultAt)} – ${clock(over)}`)];
  });
  return items.length === 0 ? "" : `<ul class="bars">${items.join("")}</ul>`;
}
