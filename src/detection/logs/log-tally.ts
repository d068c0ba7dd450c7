import type { LogLine } from "../../cluster/signal.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import { createSlotCounter, type SlotCounter } from "../../lib/slot-counter.ts";
import { createStackJoiner, type StackJoiner } from "../../log-lines/join-stack.ts";
import { parseLine } from "../../log-lines/parse-line.ts";
import { throughSentence } from "../../log-lines/through-sentence.ts";
import { type ContainerRhythms, createContainerRhythms, type RhythmRoom } from "./container-rhythms.ts";
import { createMessageKinds, type MessageKind, type MessageKinds } from "./message-kinds.ts";
import { isAboutRequest, tellsOfRefusal } from "./telling.ts";
import { createTemplateMiner } from "./templates/template-miner.ts";

/** What the containers of one workload have written. */
export interface WorkloadTally {
  readonly workload: ObjectRef;
  readonly namespace: string;
  /** Severe lines and all lines in the last `windowMs` (ms). */
  errorsSince(from: number): number;
  linesSince(from: number): number;
  /** Kinds of severe messages, and of refusals, seen at or after `from`. */
  templatesSince(from: number): readonly MessageKind[];
  /** Kinds of all other messages. */
  readonly ordinary: Pick<MessageKinds, "since" | "all" | "dropped">;
  readonly firstLineAt: number;
  /** Begin of the present run of severe lines (ms); 0 before the first. */
  readonly errorRunAt: number;
  /** The newest severe line (ms); 0 before the first. */
  readonly lastErrorAt: number;
}

/** What one container has written. */
export interface ContainerTally {
  readonly workload: ObjectRef;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly lastAt: number;
  /** Of messages that are neither severe nor about a request. */
  readonly rhythms: Pick<ContainerRhythms, "each" | "forget">;
}

export interface LogTally {
  take(line: LogLine): void;
  /** Completes multi-line messages that have waited long enough, and forgets what is old. Call once a tick. */
  flush(now: number): void;
  workloads(): Iterable<WorkloadTally>;
  containers(): Iterable<ContainerTally>;
  /** The kind of ordinary messages with this id as it is known now; undefined when it was merged into another or dropped. */
  kindText(id: number): string | undefined;
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
  /** Kinds of ordinary messages of all workloads together. */
  readonly maxOrdinaryKinds?: number;
  /** For the examples of kinds, which are quoted. */
  readonly redact?: ((text: string) => string) | undefined;
}

/** A pause this long ends a run of severe lines. */
const runGapMs = 2 * 60_000;
const forgetTemplateMs = 6 * 60 * 60_000;
const forgetContainerMs = 30 * 60_000;
/** Who has such an owner has one more above it, as a rule, which may become known after the first lines of its pods. */
const between = new Set(["ReplicaSet", "Job"]);
/** A rhythm of a container is some 100 bytes. */
const maxRhythms = 100_000;

interface Tally extends WorkloadTally {
  readonly errors: SlotCounter;
  readonly lines: SlotCounter;
  readonly severe: MessageKinds;
  readonly ordinary: MessageKinds;
  lastAt: number;
  errorRunAt: number;
  lastErrorAt: number;
}

interface Container extends ContainerTally {
  readonly joiner: StackJoiner;
  workload: ObjectRef;
  tally: Tally;
  readonly rhythms: ContainerRhythms;
  lastAt: number;
}

/**
 * Reads every line once: severity, kind, counts, and the rhythm of what is ordinary. Lines of all replicas of a workload
 * count together. Severe lines have a miner of their own, so that a flood of ordinary ones cannot make them new again; in it
 * what an error says tells it apart from others.
 * Bounded in workloads, containers, kinds and rhythms; the miners bound themselves.
 */
export function createLogTally(options: LogTallyOptions): LogTally {
  const maxWorkloads = options.maxWorkloads ?? 5_000;
  const maxTemplates = options.maxTemplatesPerWorkload ?? 200;
  const maxContainers = options.maxContainers ?? 20_000;
  const maxOrdinary = options.maxOrdinaryKinds ?? 50_000;
  const { redact } = options;
  const severeMiner = createTemplateMiner({ maxTemplates: 20_000, keepTexts: true, keepMethods: true });
  const ordinaryMiner = createTemplateMiner({ maxTemplates: 20_000, maxLineChars: 1_024, keepMethods: true });
  const tallies = new Map<string, Tally>();
  const containers = new Map<string, Container>();
  const rhythmRoom: RhythmRoom = { free: maxRhythms };
  let ordinaryKinds = 0;
  const stats = { unreadLines: 0, droppedWorkloads: 0, droppedTemplates: 0 };

  function createTally(workload: ObjectRef, at: number): Tally {
    const errors = createSlotCounter();
    const lines = createSlotCounter();
    const severe = createMessageKinds({
      miner: severeMiner,
      room: (size) => size < maxTemplates,
      onDrop: () => stats.droppedTemplates++,
      redact,
    });
    const ordinary = createMessageKinds({
      miner: ordinaryMiner,
      room: (size) => size < maxTemplates && ordinaryKinds++ < maxOrdinary,
      redact,
    });
    return {
      workload,
      namespace: workload.namespace ?? "",
      errors,
      lines,
      severe,
      ordinary,
      firstLineAt: at,
      lastAt: at,
      errorRunAt: 0,
      lastErrorAt: 0,
      errorsSince: (from) => errors.since(from),
      linesSince: (from) => lines.since(from),
      templatesSince: (from) => severe.since(from),
    };
  }

  function tallyOf(workload: ObjectRef, at: number): Tally | undefined {
    const key = refKey(workload);
    let tally = tallies.get(key);
    if (!tally) {
      if (tallies.size >= maxWorkloads) {
        stats.droppedWorkloads++;
        return undefined;
      }
      tally = createTally(workload, at);
      tallies.set(key, tally);
    }
    return tally;
  }

  function note({ tally, pod, rhythms }: Container, at: number, text: string): void {
    tally.lines.add(at);
    tally.lastAt = Math.max(tally.lastAt, at);
    const { level, message, fields } = parseLine(text);
    const severe = level === "error" || level === "fatal";
    if (severe) {
      tally.errors.add(at);
      if (at - tally.lastErrorAt > runGapMs) tally.errorRunAt = at;
      tally.lastErrorAt = Math.max(tally.lastErrorAt, at);
    }
    const telling = severe || (level === "warn" && tellsOfRefusal(message));
    const line = throughSentence(text);
    const id = (telling ? severeMiner : ordinaryMiner).learn(line);
    (telling ? tally.severe : tally.ordinary).note({ id, at, pod, line, message, level });
    if (!telling && !isAboutRequest(fields)) rhythms.note(id, at);
  }

  function take({ namespace, pod, container, line, at }: LogLine): void {
    const key = `${namespace}/${pod}/${container}`;
    let entry = containers.get(key);
    if (!entry) {
      const workload = options.ownerOf(namespace, pod);
      const tally = workload ? tallyOf(workload, at) : undefined;
      if (!workload || !tally) {
        stats.unreadLines++;
        return;
      }
      const rhythms = createContainerRhythms(rhythmRoom);
      entry = { joiner: createStackJoiner(), tally, workload, namespace, pod, container, rhythms, lastAt: at };
      containers.set(key, entry);
      if (containers.size > maxContainers) {
        for (const [oldest, held] of containers) {
          // What it holds is complete as far as anybody will ever know.
          for (const joined of held.joiner.flush()) note(held, joined.at, joined.text);
          held.rhythms.close();
          containers.delete(oldest);
          break;
        }
      }
    }
    entry.lastAt = at;
    for (const joined of entry.joiner.push(at, line)) note(entry, joined.at, joined.text);
  }

  /** When watching begins, pods and their lines may be there before the objects that own them. */
  function followOwner(entry: Container): void {
    const workload = options.ownerOf(entry.namespace, entry.pod);
    const tally = workload && !sameRef(workload, entry.workload) ? tallyOf(workload, entry.lastAt) : undefined;
    if (!workload || !tally) return;
    entry.workload = workload;
    entry.tally = tally;
  }

  return {
    take,
    flush(now) {
      for (const [key, entry] of containers) {
        if (between.has(entry.workload.kind)) followOwner(entry);
        for (const joined of entry.joiner.flush(now)) note(entry, joined.at, joined.text);
        if (now - entry.lastAt <= forgetContainerMs) continue;
        // One that lives and has gone silent is remembered for what it used to write.
        const lives = options.ownerOf(entry.namespace, entry.pod) !== undefined;
        if (lives && now - entry.tally.lastAt <= forgetTemplateMs) continue;
        entry.rhythms.close();
        containers.delete(key);
      }
      ordinaryKinds = 0;
      for (const [key, tally] of tallies) {
        tally.severe.tidy(now - forgetTemplateMs);
        tally.ordinary.tidy(now - forgetTemplateMs);
        ordinaryKinds += tally.ordinary.size;
        if (now - tally.lastAt > forgetTemplateMs) tallies.delete(key);
      }
    },
    workloads: () => tallies.values(),
    containers: () => containers.values(),
    kindText: (id) => (ordinaryMiner.resolve(id) === id ? ordinaryMiner.template(id)?.text : undefined),
    get stats() {
      return { templates: severeMiner.size + ordinaryMiner.size, ...stats };
    },
  };
}
