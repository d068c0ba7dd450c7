import { createHash } from "node:crypto";
import { labelKey } from "../../../cluster/series-store.ts";
import type { Signal } from "../../../cluster/signal.ts";
import { AppError, messageOf } from "../../../lib/app-error.ts";
import { type Clock, rest } from "../../../lib/clock.ts";
import { createLogPlacer } from "./log-place.ts";

export interface LokiEntry {
  readonly timeNs: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly line: string;
}

/** The first lines of a range, oldest first. Timeouts are real time. Throws AppError. */
export interface LokiReader {
  lines(
    selector: string,
    range: { fromNs: bigint; toNs: bigint; limit: number; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<readonly LokiEntry[]>;
}

/** Totals since the start. */
export interface LokiStats {
  readonly lines: number;
  readonly withoutPlace: number;
  readonly otherNamespace: number;
  /** Lines that were longer than kept. */
  readonly cut: number;
  /** Time of log that was given up because more is written than can be read. */
  readonly skippedMs: number;
  readonly failedPolls: number;
}

export interface LokiSourceOptions {
  readonly reader: LokiReader;
  readonly clock: Clock;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  /** Signals that can still be taken; reading waits while there is no room for a page. */
  readonly room?: () => number;
  /** Which streams are read; default all that have a namespace. */
  readonly selector?: string;
  /** Empty: all. */
  readonly namespaces?: readonly string[];
  readonly intervalMs?: number;
  readonly lookBackMs?: number;
  /** Lines that Loki gets this much later than their time are still read. */
  readonly lateMs?: number;
  /** Further behind than this, the backlog is given up for the present. */
  readonly maxBehindMs?: number;
  readonly pageLines?: number;
  readonly timeoutMs?: number;
  /** Told after each poll. */
  readonly onStats?: (stats: LokiStats) => void;
}

/** Failing for so long is told; with the patience of whoever hears it that is within two minutes (promise D6). */
const blindMs = 45_000;
const maxPages = 20;
/** Half a minute of a busy cluster; beyond it lines could come twice, never be lost. */
const maxSeen = 200_000;

/**
 * Follows logs in Loki by polling until aborted. Each poll begins a little before where the last one ended, because agents
 * deliver late and out of order; what was read before is known by time, stream and text, so that no line comes twice.
 */
export async function lokiSource(options: LokiSourceOptions): Promise<void> {
  const { reader, clock, emit, signal, room = () => Number.POSITIVE_INFINITY } = options;
  const { intervalMs = 5_000, lateMs = 15_000, maxBehindMs = 120_000, timeoutMs = 10_000 } = options;
  const listed = (options.namespaces ?? []).map((name) => name.replaceAll(/[^A-Za-z0-9_-]/g, (char) => `[${char}]`));
  const selector = options.selector ?? `{namespace=~"${listed.join("|") || ".+"}"}`;
  const placer = createLogPlacer({ namespaces: options.namespaces ?? [] });
  const ns = (ms: number) => BigInt(Math.round(ms)) * 1_000_000n;
  const late = ns(lateMs);
  const seen = new Map<string, bigint>();
  const fullPage = options.pageLines ?? 5_000;
  let pageLines = fullPage;
  /** Nothing before this is read. */
  let floor = ns(clock.now() - (options.lookBackMs ?? 60_000));
  /** Everything up to here has been read, but for late lines. */
  let reached = floor;
  let cursor = floor;
  let pagesLeft = false;
  /** What pages held lately, for an estimate of what was skipped. */
  let lately = { lines: 0, ms: 0 };
  let linesRead = 0;
  let lastBehindMs = 0;
  let skippedMs = 0;
  let taken = 0;
  let failedPolls = 0;
  let failingSince: number | undefined;
  let told: string | undefined;

  const tell = (ok: boolean, detail: string): void => {
    if (detail === told) return;
    told = detail;
    emit({ type: "source", at: clock.now(), source: "loki", ok, detail });
  };

  const take = ({ timeNs, labels, line }: LokiEntry): void => {
    const key = `${timeNs}/${createHash("sha1").update(labelKey(labels)).update(line).digest("base64")}`;
    if (seen.has(key)) return;
    if (seen.size < maxSeen) seen.set(key, timeNs);
    const placed = placer.place(labels, Number(timeNs / 1_000_000n), line);
    if (!placed) return;
    taken++;
    emit({ type: "log", at: clock.now(), line: placed });
  };

  /** Reads one page from the cursor and moves it; false when there is nothing more before `to`. */
  const page = async (to: bigint): Promise<boolean> => {
    const lines = await reader.lines(selector, { fromNs: cursor, toNs: to, limit: pageLines, signal, timeoutMs });
    for (const line of lines) take(line);
    linesRead += lines.length;
    const last = lines.at(-1)?.timeNs;
    if (last !== undefined && last > reached) reached = last;
    if (last === undefined || lines.length < pageLines) return false;
    // The rest of a moment that fills a page cannot be asked for.
    cursor = last > cursor ? last : last + 1n;
    return true;
  };

  const poll = async (): Promise<void> => {
    const now = ns(clock.now());
    const behindMs = Number((now - reached) / 1_000_000n);
    if (pagesLeft && failingSince === undefined && behindMs > maxBehindMs && behindMs >= lastBehindMs) {
      // More is written than can be read: the present says more than the backlog.
      skippedMs += behindMs;
      const lines = Math.round((behindMs * lately.lines) / Math.max(1, lately.ms));
      if (lines > 0) emit({ type: "log-loss", at: clock.now(), lines });
      reached = now;
      floor = now;
    }
    lastBehindMs = behindMs;
    // While there is a backlog, what lies at its end is older than anything that could still come late.
    if (!pagesLeft) cursor = reached - late;
    if (cursor < floor) cursor = floor;
    pagesLeft = true;
    const before = { cursor, linesRead };
    for (let pages = 0; pagesLeft && pages < maxPages && room() >= pageLines && !signal.aborted; pages++)
      pagesLeft = await page(now);
    const coveredMs = Number((cursor - before.cursor) / 1_000n) / 1_000;
    if (coveredMs > 0) lately = { lines: linesRead - before.linesRead, ms: coveredMs };
    if (!pagesLeft && now - late > reached) reached = now - late;
    const next = pagesLeft ? cursor : reached - late;
    for (const [key, at] of seen) if (at < next) seen.delete(key);
  };

  /** Asks for less at a time; a single line that is too long even so is stepped over. */
  const askForLess = (): void => {
    if (pageLines === 1) {
      floor = cursor + 1_000_000_000n;
      skippedMs += 1_000;
      if (reached < floor) reached = floor;
    }
    pageLines = Math.ceil(pageLines / 4);
  };

  while (!signal.aborted) {
    try {
      await poll();
      failingSince = undefined;
      pageLines = fullPage;
      const share =
        skippedMs === 0
          ? ""
          : `; ${Math.round(skippedMs / 1_000)} s were skipped because there is more than can be read`;
      tell(true, `Loki is followed${share}`);
    } catch (error) {
      if (signal.aborted) break;
      const at = clock.now();
      failedPolls++;
      failingSince ??= at;
      // What piled up meanwhile is a backlog that shrinks from now on.
      lastBehindMs = Number.POSITIVE_INFINITY;
      if (error instanceof AppError && error.code === "loki-too-large") askForLess();
      if (at - failingSince >= blindMs) tell(false, messageOf(error, 200));
    }
    // Rejects when aborted, and then the loop ends.
    options.onStats?.({ lines: taken, ...placer.dropped, cut: placer.cut, skippedMs, failedPolls });
    const hurry = pagesLeft && failingSince === undefined;
    await rest(clock, hurry ? Math.min(500, intervalMs) : intervalMs, signal);
  }
}
