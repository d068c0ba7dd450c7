import type { LogLine } from "../../cluster/signal.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { createStackJoiner, type StackJoiner } from "./join-stack.ts";
import { parseLine } from "./parse-line.ts";
import { createSlotCounter, type SlotCounter } from "./slot-counter.ts";
import { createTemplateMiner } from "./template-miner.ts";

/** One kind of severe message of one workload. */
export interface SevereTemplate {
  readonly text: string;
  readonly example: string;
  readonly fatal: boolean;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Begin of the present run: lines with less than `runGapMs` between them. */
  readonly runAt: number;
  /** Lines in the present run. */
  readonly count: number;
  /** Runs so far; what comes and goes all the time is not news. */
  readonly runs: number;
  readonly pod: string;
  /** Lines of the present run came from more than one pod. */
  readonly severalPods: boolean;
}

/** What the containers of one workload have written. */
export interface WorkloadTally {
  readonly workload: ObjectRef;
  readonly namespace: string;
  /** Severe lines and all lines in the last `windowMs` (ms). */
  errorsSince(from: number): number;
  linesSince(from: number): number;
  /** Severe templates seen at or after `from`. */
  templatesSince(from: number): readonly SevereTemplate[];
  readonly firstLineAt: number;
  /** Begin of the present run of severe lines (ms); 0 before the first. */
  readonly errorRunAt: number;
  /** The newest severe line (ms); 0 before the first. */
  readonly lastErrorAt: number;
}

export interface LogTally {
  take(line: LogLine): void;
  /** Completes multi-line messages that have waited long enough, and forgets what is old. Call once a tick. */
  flush(now: number): void;
  workloads(): Iterable<WorkloadTally>;
  readonly stats: LogTallyStats;
}

export interface LogTallyStats {
  readonly templates: number;
  /** Lines that nobody looked at: of pods that are not known (yet), or of workloads beyond the bound. */
  readonly unreadLines: number;
  readonly droppedWorkloads: number;
  readonly droppedTemplates: number;
}

export interface LogTallyOptions {
  readonly ownerOf: (namespace: string, pod: string) => ObjectRef | undefined;
  readonly maxWorkloads?: number;
  readonly maxTemplatesPerWorkload?: number;
  readonly maxContainers?: number;
}

interface Mutable {
  text: string;
  example: string;
  fatal: boolean;
  firstAt: number;
  lastAt: number;
  runAt: number;
  count: number;
  runs: number;
  pod: string;
  severalPods: boolean;
}

/** A pause this long ends a run. */
const runGapMs = 2 * 60_000;
const forgetTemplateMs = 6 * 60 * 60_000;
const forgetWorkloadMs = 30 * 60_000;

/** Words of a warning that say that something was refused or did not work; other warnings are the application's affair. */
const refusal =
  /\b(denied|forbidden|unauthori[sz]ed|refused|timed? ?out|timeout|fail(ed|ure|s)?|cannot|exhausted|unavailable|unreachable|expired|no such host|ENOTFOUND|ECONN\w+|ENOSPC|no space left)\b/i;

interface Tally extends WorkloadTally {
  readonly errors: SlotCounter;
  readonly lines: SlotCounter;
  readonly templates: Map<number, Mutable>;
  lastAt: number;
  errorRunAt: number;
  lastErrorAt: number;
}

/**
 * Reads every line once: severity, template of the severe ones, counts. Lines of all replicas of a workload count together.
 * Bounded in workloads, containers and templates; the miner bounds itself.
 */
export function createLogTally(options: LogTallyOptions): LogTally {
  const maxWorkloads = options.maxWorkloads ?? 5_000;
  const maxTemplates = options.maxTemplatesPerWorkload ?? 200;
  const maxContainers = options.maxContainers ?? 20_000;
  const miner = createTemplateMiner({ maxTemplates: 20_000 });
  const tallies = new Map<string, Tally>();
  const joiners = new Map<
    string,
    { readonly joiner: StackJoiner; readonly tally: Tally; readonly pod: string; lastAt: number }
  >();
  const stats = { unreadLines: 0, droppedWorkloads: 0, droppedTemplates: 0 };

  function tallyOf(workload: ObjectRef, at: number): Tally | undefined {
    const key = refKey(workload);
    let tally = tallies.get(key);
    if (!tally) {
      if (tallies.size >= maxWorkloads) {
        stats.droppedWorkloads++;
        return undefined;
      }
      const errors = createSlotCounter();
      const lines = createSlotCounter();
      const templates = new Map<number, Mutable>();
      tally = {
        workload,
        namespace: workload.namespace ?? "",
        errors,
        lines,
        templates,
        firstLineAt: at,
        lastAt: at,
        errorRunAt: 0,
        lastErrorAt: 0,
        errorsSince: (from) => errors.since(from),
        linesSince: (from) => lines.since(from),
        templatesSince: (from) => [...templates.values()].filter(({ lastAt }) => lastAt >= from),
      };
      tallies.set(key, tally);
    }
    return tally;
  }

  function note(tally: Tally, pod: string, at: number, text: string): void {
    tally.lines.add(at);
    tally.lastAt = Math.max(tally.lastAt, at);
    const { level, message } = parseLine(text);
    const severe = level === "error" || level === "fatal";
    if (severe) {
      tally.errors.add(at);
      if (at - tally.lastErrorAt > runGapMs) tally.errorRunAt = at;
      tally.lastErrorAt = Math.max(tally.lastErrorAt, at);
    } else if (level !== "warn" || !refusal.test(message)) return;
    const firstLine = text.indexOf("\n") < 0 ? text : text.slice(0, text.indexOf("\n"));
    const id = miner.learn(firstLine);
    const known = tally.templates.get(miner.resolve(id)) ?? tally.templates.get(id);
    if (known) {
      if (at - known.lastAt > runGapMs) {
        known.runAt = at;
        known.count = 0;
        known.severalPods = false;
        known.pod = pod;
        known.runs++;
      }
      known.lastAt = Math.max(known.lastAt, at);
      known.count++;
      if (known.pod !== pod) known.severalPods = true;
      return;
    }
    if (tally.templates.size >= maxTemplates) {
      stats.droppedTemplates++;
      return;
    }
    tally.templates.set(miner.resolve(id), {
      text: miner.template(id)?.text ?? firstLine,
      example: message.slice(0, 300),
      fatal: level === "fatal",
      firstAt: at,
      lastAt: at,
      runAt: at,
      count: 1,
      runs: 1,
      pod,
      severalPods: false,
    });
  }

  function take({ namespace, pod, container, line, at }: LogLine): void {
    const key = `${namespace}/${pod}/${container}`;
    let entry = joiners.get(key);
    if (!entry) {
      const workload = options.ownerOf(namespace, pod);
      const tally = workload ? tallyOf(workload, at) : undefined;
      if (!tally) {
        stats.unreadLines++;
        return;
      }
      entry = { joiner: createStackJoiner(), tally, pod, lastAt: at };
      joiners.set(key, entry);
      if (joiners.size > maxContainers) {
        // What it holds is complete as far as anybody will ever know.
        for (const [oldest, held] of joiners) {
          for (const joined of held.joiner.flush()) note(held.tally, held.pod, joined.at, joined.text);
          joiners.delete(oldest);
          break;
        }
      }
    }
    entry.lastAt = at;
    for (const joined of entry.joiner.push(at, line)) note(entry.tally, pod, joined.at, joined.text);
  }

  return {
    take,
    flush(now) {
      for (const [key, entry] of joiners) {
        for (const joined of entry.joiner.flush(now)) note(entry.tally, entry.pod, joined.at, joined.text);
        if (now - entry.lastAt > forgetWorkloadMs) joiners.delete(key);
      }
      for (const [key, tally] of tallies) {
        for (const [id, template] of tally.templates) {
          if (now - template.lastAt > forgetTemplateMs) tally.templates.delete(id);
        }
        if (now - tally.lastAt > forgetTemplateMs) tallies.delete(key);
      }
    },
    workloads: () => tallies.values(),
    get stats() {
      return { templates: miner.size, ...stats };
    },
  };
}
