import type { Pod } from "../../../cluster/kubernetes-types.ts";
import type { Signal } from "../../../cluster/signal.ts";
import { type Clock, rest } from "../../../lib/clock.ts";
import { type KnownPods, podKey } from "../known-pods.ts";
import { type ContainerLog, createContainerLog, type LogReader } from "./container-log.ts";

/** Containers whose logs are followed now, and those that wait for a place and are not read. */
export interface LogSourceStats {
  readonly followed: number;
  readonly waiting: number;
}

export interface LogSourceOptions {
  readonly reader: LogReader;
  readonly clock: Clock;
  readonly known: KnownPods;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  /** Empty: all. */
  readonly namespaces?: readonly string[];
  /** Of those, the share of this process; asked anew every ten seconds. Default all. */
  readonly reads?: (namespace: string) => boolean;
  /** Containers followed at once: each is an open connection. Others wait for a place, and are counted. */
  readonly maxFollowed?: number;
  /** How far back logs are read that were written before this began. */
  readonly lookBackMs?: number;
  /** All logs failing for longer than this is blindness. */
  readonly blindMs?: number;
  /** Told every ten seconds. */
  readonly onStats?: (stats: LogSourceStats) => void;
}

const checkMs = 10_000;
const mostFollowed = 200;

/**
 * Follows the log of every container of the watched namespaces until aborted, each run from its first line to its last:
 * a run that ended while nobody followed is read once, so that the last words of a crash are not missed.
 */
export async function logSource(options: LogSourceOptions): Promise<void> {
  const { clock, known, emit, signal, maxFollowed = mostFollowed, lookBackMs = 60_000 } = options;
  const namespaces = new Set(options.namespaces ?? []);
  const since = clock.now() - lookBackMs;
  /** By pod, then by uid and container. */
  const byPod = new Map<string, Map<string, ContainerLog>>();
  const running = new Set<ContainerLog>();
  const waiting = new Set<ContainerLog>();
  const tellSight = createSight(options, running, waiting);

  const start = (log: ContainerLog): void => {
    if (signal.aborted || running.has(log) || !log.hasNews) return;
    if (running.size >= maxFollowed) {
      waiting.add(log);
      return;
    }
    waiting.delete(log);
    running.add(log);
    void log.run().then(() => {
      running.delete(log);
      const next = waiting.values().next().value;
      if (next === undefined) return;
      waiting.delete(next);
      start(next);
    });
  };

  const onPod = (key: string, pod: Pod | undefined): void => {
    const logs = byPod.get(key) ?? new Map<string, ContainerLog>();
    if (pod === undefined) {
      byPod.delete(key);
      for (const log of logs.values()) {
        log.leave();
        waiting.delete(log);
      }
      return;
    }
    const { namespace = "", name, uid } = pod.metadata;
    if (options.reads?.(namespace) === false) {
      if (byPod.has(key)) onPod(key, undefined);
      return;
    }
    if (namespaces.size > 0 && !namespaces.has(namespace)) return;
    byPod.set(key, logs);
    for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
      const id = `${uid}/${status.name}`;
      const log =
        logs.get(id) ??
        createContainerLog({
          reader: options.reader,
          clock,
          name: { namespace, pod: name, container: status.name },
          status,
          since,
          signal,
          onLine: (of, { at, line }) => emit({ type: "log", at: clock.now(), line: { ...of, at, line } }),
        });
      logs.set(id, log);
      log.update(status);
      start(log);
    }
  };

  const unsubscribe = known.onChange(onPod);
  for (const pod of known.pods()) onPod(podKey(pod), pod);
  while (!signal.aborted) {
    // What has become ours since is followed from now on, and what is another's is left to it.
    if (options.reads) for (const pod of known.pods()) onPod(podKey(pod), pod);
    tellSight();
    options.onStats?.({ followed: running.size, waiting: waiting.size });
    await rest(clock, checkMs, signal);
  }
  unsubscribe();
}

/** Tells when no log at all can be read for a while, when one can again, and how many had no place. */
function createSight(
  { clock, emit, maxFollowed = mostFollowed, blindMs = 60_000 }: LogSourceOptions,
  running: ReadonlySet<ContainerLog>,
  waiting: ReadonlySet<ContainerLog>,
): () => void {
  let told: string | undefined;
  return () => {
    const at = clock.now();
    if (running.size === 0) return;
    const failing = [...running].filter((log) => log.failingSince !== undefined && at - log.failingSince >= blindMs);
    const ok = failing.length < running.size;
    const limited = waiting.size > 0 ? `; more wait for a place, the limit is ${maxFollowed}` : "";
    const detail = ok ? `container logs are followed${limited}` : "no container log can be read";
    if (detail === told) return;
    told = detail;
    emit({ type: "source", at, source: "logs", ok, detail });
  };
}
