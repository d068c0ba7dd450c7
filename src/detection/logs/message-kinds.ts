import { quoted } from "../../incident/quoted.ts";
import type { Level } from "../../log-lines/level.ts";
import { wasOver } from "./lasting-kind.ts";
import type { TemplateMiner } from "./templates/template-miner.ts";

/** One kind of message of one workload: all lines of one template. */
export interface MessageKind {
  readonly text: string;
  readonly example: string;
  readonly level: Level | undefined;
  readonly fatal: boolean;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Begin of the present run: lines with less than `runGapMs` between them. */
  readonly runAt: number;
  /** Lines in the present run. */
  readonly count: number;
  /** Begin of the lines with less than `surgeGapMs` between them, within the run. */
  readonly surgeAt: number;
  readonly surgeCount: number;
  /** When it was last written again after it had been told and was over; its run when that has not been. */
  readonly backAt: number;
  /** Runs so far; what comes and goes all the time is not news. */
  readonly runs: number;
  readonly pod: string;
  /** Lines of the present run came from more than one pod. */
  readonly severalPods: boolean;
}

type Mutable = { -readonly [Key in keyof MessageKind]: MessageKind[Key] };

/** One line, as far as its kind is concerned. */
export interface KindOfLine {
  /** Of the miner that the kinds share. */
  readonly id: number;
  readonly at: number;
  readonly pod: string;
  readonly line: string;
  readonly message: string;
  readonly level: Level | undefined;
}

/** The kinds of messages that one workload writes. */
export interface MessageKinds {
  note(line: KindOfLine): void;
  since(from: number): readonly MessageKind[];
  all(): Iterable<MessageKind>;
  /** Drops kinds not seen since `before` (ms), and joins those that the miner has found to be one. */
  tidy(before: number): void;
  readonly size: number;
  /** Lines of kinds that found no place; then nothing can be said about what is rare. */
  readonly dropped: number;
}

/** A pause this long ends a run. */
const runGapMs = 2 * 60_000;
/** A pause this long parts two surges of one run. */
export const surgeGapMs = 30_000;
const exampleChars = 300;

function join(into: Mutable, other: MessageKind): void {
  const [older, newer] = other.lastAt > into.lastAt ? [into, other] : [other, into];
  const separate = newer.runAt - older.lastAt > runGapMs;
  Object.assign(into, {
    firstAt: Math.min(into.firstAt, other.firstAt),
    runAt: separate ? newer.runAt : Math.min(into.runAt, other.runAt),
    count: separate ? newer.count : into.count + other.count,
    runs: Math.max(into.runs, other.runs),
    ...(newer.surgeAt - older.lastAt > surgeGapMs
      ? { surgeAt: newer.surgeAt, surgeCount: newer.surgeCount }
      : { surgeAt: Math.min(into.surgeAt, other.surgeAt), surgeCount: into.surgeCount + other.surgeCount }),
    backAt: newer.backAt - older.lastAt > surgeGapMs ? newer.backAt : Math.min(into.backAt, other.backAt),
    severalPods: into.severalPods || other.severalPods || into.pod !== other.pod,
    lastAt: newer.lastAt,
  });
}

/**
 * @param room asked before a new kind is taken in; what shares the room says when it is full
 * @param onDrop told of every line that found no place
 * @param redact for the example, which is quoted, and whose words are: default as it was written
 */
export function createMessageKinds(options: {
  readonly miner: TemplateMiner;
  readonly room: (size: number) => boolean;
  readonly onDrop?: () => void;
  readonly redact?: ((text: string) => string) | undefined;
}): MessageKinds {
  const { miner, redact = (text) => text } = options;
  const kinds = new Map<number, Mutable>();
  let dropped = 0;

  return {
    note({ id, at, pod, line, message, level }) {
      const known = kinds.get(id);
      if (known) {
        if (wasOver(known, at)) known.backAt = at;
        if (at - known.lastAt > runGapMs) {
          known.runAt = at;
          known.backAt = at;
          // What comes back may be told in the same words and be about something else.
          known.example = quoted(message, exampleChars, redact);
          known.count = 0;
          known.severalPods = false;
          known.pod = pod;
          known.runs++;
        }
        if (at - known.lastAt > surgeGapMs) {
          known.surgeAt = at;
          known.surgeCount = 0;
        }
        known.lastAt = Math.max(known.lastAt, at);
        known.count++;
        known.surgeCount++;
        if (known.pod !== pod) known.severalPods = true;
        return;
      }
      if (!options.room(kinds.size)) {
        dropped++;
        options.onDrop?.();
        return;
      }
      kinds.set(id, {
        text: miner.template(id)?.text ?? line.slice(0, exampleChars),
        example: quoted(message, exampleChars, redact),
        level,
        fatal: level === "fatal",
        firstAt: at,
        lastAt: at,
        runAt: at,
        count: 1,
        surgeAt: at,
        surgeCount: 1,
        backAt: at,
        runs: 1,
        pod,
        severalPods: false,
      });
    },
    since: (from) => [...kinds.values()].filter(({ lastAt }) => lastAt >= from),
    all: () => kinds.values(),
    tidy(before) {
      for (const [id, kind] of kinds) {
        if (kind.lastAt < before) {
          kinds.delete(id);
          continue;
        }
        const now = miner.resolve(id);
        if (now === id) continue;
        kinds.delete(id);
        const other = kinds.get(now);
        if (other) join(other, kind);
        else kinds.set(now, kind);
      }
    },
    get size() {
      return kinds.size;
    },
    get dropped() {
      return dropped;
    },
  };
}
