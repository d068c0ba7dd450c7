import { rest } from "../../lib/clock.ts";
import type { Write } from "../api/object-table.ts";
import { createControllers } from "./controllers.ts";
import { createLogPort } from "./log-port.ts";
import { createPendingFixes } from "./pending-fixes.ts";
import type { Player, PlayerEvent, PlayerOptions, PlayerState } from "./player.ts";
import { createProxyPort } from "./proxy-port.ts";
import { type RecordedFix, recordedFix } from "./recorded-fix.ts";
import { createRecordedTargets } from "./recorded-targets.ts";
import { type RepeatedStretch, repeatedStretch } from "./repeated-stretch.ts";
import { createSeriesOnTape } from "./series-on-tape.ts";
import { skippedRows } from "./skipped-rows.ts";
import { createTape, type Segment } from "./tape.ts";
import { createTimeline, type Row } from "./timeline.ts";
import { createWorld } from "./world.ts";
import { createWrittenLogs } from "./written-logs.ts";

/**
 * Plays a recording into the table of an API, as its clock goes on. Just before a recorded fix it holds: time passes, the
 * cluster stays broken, the last stretch is repeated. When a client's write has the effect of the fix (even before the
 * recording came there), the recorded rest plays on from that moment, with all its times moved.
 */
export function playRecording(options: PlayerOptions): Player {
  const { recording, table, clock, repeatMs = 60_000, afterEnd = "repeat" } = options;
  const fixes = (options.faults ?? [])
    .map((fault) => recordedFix(recording, fault))
    .sort((a, b) => a.holdAt - b.holdAt);
  const timeline = createTimeline(recording);
  const tape = createTape(
    recording.start,
    Math.min(fixes[0]?.holdAt ?? recording.end, recording.end),
    Math.floor(clock.now()),
  );
  const logs = createWrittenLogs();
  const world = createWorld({ table, tape, logs });
  const pending = createPendingFixes(fixes, table);
  const series = createSeriesOnTape(recording.series, tape);
  const targets = createRecordedTargets(recording.series, series, recording.header.scrapeIntervalSeconds * 1000);
  const stopping = new AbortController();
  const controllers = createControllers({ table, clock, renames: world.renames, signal: stopping.signal });
  const listeners = new Set<(event: PlayerEvent) => void>();
  const undone = new Set<string>();

  let state: PlayerState = "playing";
  let hold: { fix: RecordedFix; since: number; laps: number } | undefined;
  let stretch: RepeatedStretch | undefined;
  let rows: readonly Row[] = timeline.between(tape.last.from, tape.last.to);
  let cursor = 0;
  let announced: RecordedFix | undefined;
  let kick = new AbortController();

  const tell = (event: PlayerEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const recordedAt = (at: number): number => Math.min(tape.last.to, tape.last.from + (at - tape.last.at));

  const splice = (kind: Segment["kind"], from: number, to: number, at: number, next: readonly Row[]): void => {
    series.spliced(tape.splice(kind, from, to, at));
    rows = next;
    cursor = 0;
  };
  const lap = (at: number): void => {
    if (stretch === undefined) return;
    splice("repeat", stretch.from, stretch.to, at, stretch.rows);
    for (const { podUid, container, count } of stretch.restarts) world.addRestarts(podUid, container, count);
    if (hold) hold = { ...hold, laps: hold.laps + 1 };
  };
  const repeatLast = (to: number, at: number): void => {
    stretch = repeatedStretch(recording, timeline, Math.max(recording.start, to - repeatMs), to);
    lap(at);
  };

  const show = (row: Row): void => {
    const segment = tape.last;
    const again = segment.kind === "repeat";
    if (row.kind === "log") world.log(row.line, segment);
    else if (row.kind === "object")
      again ? world.repeatStatus(row.object, segment) : world.object(row.change, row.object, segment);
    else if (again) world.repeatEvent(row.event, segment);
    else world.event(row.change, row.event, segment);
  };

  /** What follows when a segment is over, at world time `at`. False when there is nothing. */
  const goOn = (at: number): boolean => {
    const { next } = pending;
    if (tape.last.kind === "repeat") lap(at);
    else if (next !== undefined && tape.last.to >= next.holdAt) {
      state = "holding";
      hold = { fix: next, since: at, laps: 0 };
      repeatLast(next.holdAt, at);
      tell({ type: "holding", at, fix: next });
    } else if (state !== "ended") {
      state = "ended";
      if (afterEnd === "repeat") repeatLast(recording.end, at);
      tell({ type: "ended", at });
    } else return false;
    return state !== "ended" || afterEnd === "repeat";
  };

  const playUpTo = (at: number): void => {
    for (;;) {
      const segment = tape.last;
      const until = recordedAt(at);
      if (pending.next && announced !== pending.next && segment.kind === "play" && until >= pending.next.brokenAt) {
        announced = pending.next;
        tell({ type: "broken", at: segment.at + (announced.brokenAt - segment.from), fix: announced });
      }
      for (let row = rows[cursor]; row !== undefined && row.at <= until; row = rows[++cursor]) show(row);
      if (until < segment.to || !goOn(segment.at + (segment.to - segment.from))) return;
    }
  };

  const release = (fix: RecordedFix, at: number): void => {
    const leftAt = tape.last.kind === "play" ? recordedAt(at) : fix.holdAt;
    pending.advance();
    const end = Math.min(pending.next?.holdAt ?? recording.end, recording.end);
    const rest = timeline.between(fix.holdAt, end);
    const skipped = skippedRows(timeline.between(leftAt, fix.holdAt), rest);
    hold = undefined;
    stretch = undefined;
    state = "released";
    splice("play", fix.holdAt, end, at, rest);
    for (const row of skipped) show(row);
    tell({ type: "released", at, fix });
  };

  const noteWrite = (write: Write): void => {
    world.noteWrite(write);
    const at = Math.floor(clock.now());
    playUpTo(at);
    const { next } = pending;
    const broken = next !== undefined && (hold !== undefined || recordedAt(at) >= next.brokenAt);
    if (broken) pending.noteWrite(write);
    const mended = broken && pending.isMade();
    if (mended) release(next, at);
    else if (broken && !bookkeeping.has(write.resource.kind)) tell({ type: "no-effect", at, fix: next, write });
    const taken = mended ? undefined : pending.undoneBy(write);
    if (taken !== undefined && !undone.has(taken.id)) {
      undone.add(taken.id);
      tell({ type: "undone", at, fix: taken });
    }
    controllers.noteWrite(write, mended);
    kick.abort();
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      playUpTo(Math.floor(clock.now()));
      const { last } = tape;
      const dueAt = last.at + ((rows[cursor]?.at ?? last.to) - last.from);
      const over = state === "ended" && afterEnd === "stop";
      kick = new AbortController();
      const signal = AbortSignal.any([kick.signal, stopping.signal]);
      // Aborted means only: look again.
      await rest(clock, over ? maxWaitMs : Math.max(1, dueAt - clock.now()), signal);
    }
  };

  for (const object of recording.objects) world.object("ADDED", object, tape.last);
  const ports = { table, clock, logs, renames: world.renames, targets };

  return {
    get state() {
      return state;
    },
    get hold() {
      return hold;
    },
    get undone() {
      return [...undone];
    },
    get progress() {
      const at = Math.floor(clock.now());
      const recorded = recordedAt(at);
      const ratio = state === "ended" ? 1 : (recorded - recording.start) / (recording.end - recording.start);
      return { at, recordedAt: recorded, ratio };
    },
    logs: createLogPort(ports),
    proxy: createProxyPort(ports),
    noteWrite,
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopping.abort(),
    done: run(),
  };
}

/** Writes of these change nothing in the cluster. */
const bookkeeping = new Set(["Event", "Lease"]);
const maxWaitMs = 3_600_000;
