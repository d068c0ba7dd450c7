import type { ObjectChange, Recording } from "../../../src/replay/recording/load-recording.ts";
import type { Any } from "./kube-types.ts";

/** One page view as it was recorded, with the time each service took (ms). */
export interface Request {
  readonly offsetMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly trace: string;
  readonly user: string;
  readonly tookMs: Readonly<Record<string, number>>;
}

export interface Background {
  readonly offsetMs: number;
  readonly app: string;
  readonly pod: string;
  readonly line: string;
}

export interface TemplateSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** One value per scrape; for counters the growth since the scrape before. */
  readonly steps: readonly number[];
  readonly first: number;
}

/** A quiet stretch of a real recording, taken apart so that it can be played again under other conditions. */
export interface BaseShop {
  readonly namespace: string;
  readonly from: number;
  readonly lengthMs: number;
  readonly objects: readonly Any[];
  readonly requests: readonly Request[];
  readonly background: readonly Background[];
  /** Series by pod name (or `node`), for everything that is not counted by the requests themselves. */
  readonly series: ReadonlyMap<string, readonly TemplateSeries[]>;
}

export const isCounter = (name: string): boolean => name.endsWith("_total") || /_(bucket|count|sum)$/.test(name);

function objectsAt(recording: Recording, at: number): Any[] {
  const store = new Map<string, Any>();
  const key = (object: { kind: string; metadata: { name: string } }) => `${object.kind}/${object.metadata.name}`;
  for (const object of recording.objects) store.set(key(object), object as unknown as Any);
  const apply = ({ change, object }: ObjectChange) =>
    change === "DELETED" ? store.delete(key(object)) : store.set(key(object), object as unknown as Any);
  for (const change of recording.changes) if (change.at <= at) apply(change);
  return [...store.values()].filter(
    (object) =>
      !(object.kind === "Job" || (object.kind === "Pod" && object.metadata.ownerReferences?.[0]?.kind === "Job")),
  );
}

const traceOf = (line: string) => /(?:"trace":"|trace=|\[[a-z-]+,)([0-9a-f]{8})/.exec(line)?.[1];
const tookOf = (line: string) => Number(/(?:"ms":|\bms=)([\d.]+)/.exec(line)?.[1] ?? Number.NaN);

/** Takes the stretch [from, to) (unix ms) of a recording; nothing may have been wrong in it. */
export function takeQuietStretch(recording: Recording, from: number, to: number): BaseShop {
  const objects = objectsAt(recording, from);
  const apps = new Map<string, string>();
  for (const object of objects)
    if (object.kind === "Pod") apps.set(object.metadata.name, object.metadata.labels?.app ?? "");
  const requests: Request[] = [];
  const background: Background[] = [];
  const took = new Map<string, Record<string, number>>();
  const users = new Map<string, string>();
  const lines = recording.logs.filter(({ at }) => at >= from && at < to);
  for (const { container, line } of lines) {
    const trace = traceOf(line);
    if (trace === undefined || !/status/.test(line)) continue;
    const one = took.get(trace) ?? {};
    one[container] = tookOf(line);
    took.set(trace, one);
    const user = /\/carts\/(u\d+)/.exec(line)?.[1];
    if (user) users.set(trace, user);
  }
  for (const { at, pod, container, line } of lines) {
    if (!apps.has(pod)) continue;
    if (container === "frontend" && line.includes('"msg":"request"')) {
      const row = JSON.parse(line) as { method: string; path: string; status: number; trace: string; ms: number };
      if (row.status >= 500) continue;
      requests.push({
        offsetMs: at - from - row.ms,
        method: row.method,
        path: row.path,
        status: row.status,
        trace: row.trace,
        user: users.get(row.trace) ?? "u1",
        tookMs: took.get(row.trace) ?? { frontend: row.ms },
      });
      continue;
    }
    if (container === "loadgen" || /status=|LOG: (get|append)|"msg":"call to|Pool stats/.test(line)) continue;
    background.push({ offsetMs: at - from, app: container, pod, line });
  }
  const series = new Map<string, TemplateSeries[]>();
  for (const { name, labels, times, values } of recording.series) {
    const subject = labels.pod ?? (labels.node && labels.job === "cadvisor" ? "node" : undefined);
    if (subject === undefined || (labels.pod !== undefined && !apps.has(labels.pod))) continue;
    const steps: number[] = [];
    let first: number | undefined;
    let before: number | undefined;
    for (let i = 0; i < times.length; i++) {
      const at = times[i] ?? 0;
      const value = values[i] ?? Number.NaN;
      if (at < from || at >= to) continue;
      if (isCounter(name)) {
        if (before !== undefined) steps.push(Math.max(0, value - before));
      } else steps.push(value);
      first ??= value;
      before = value;
    }
    if (first === undefined || steps.length < 10) continue;
    const list = series.get(subject) ?? [];
    list.push({ name, labels, steps, first });
    series.set(subject, list);
  }
  return {
    namespace: recording.header.namespaces[0] ?? "default",
    from,
    lengthMs: to - from,
    objects,
    requests: requests.sort((a, b) => a.offsetMs - b.offsetMs),
    background,
    series,
  };
}
