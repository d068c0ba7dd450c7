import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import { hostsInFailure, hostsInValue } from "./host-names.ts";
import { asKind, type KubeObject, type PodSpec, type Service } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import { waitsForByIds } from "./request-ids.ts";
import { podSpecOf } from "./workload.ts";

/** One workload asks another for something. `via` says how we know, surest first. */
export interface Call {
  readonly from: ObjectRef;
  readonly to: ObjectRef;
  /** The name by which the caller knows the far side, as in series labels and log lines. */
  readonly peer: string;
  readonly service?: ObjectRef;
  readonly via: "metric" | "config" | "log";
}

/** Workloads behind a host name or address as seen from a namespace; empty when it is not in this cluster. */
export type HostResolver = (
  namespace: string | undefined,
  host: string,
) => { readonly service?: ObjectRef; readonly workloads: readonly ObjectRef[] };

interface CallSources {
  readonly observation: Observation;
  readonly workloads: readonly KubeObject[];
  readonly resolve: HostResolver;
  readonly podNamesOf: (workload: ObjectRef) => readonly string[];
  readonly workloadNamed: (namespace: string, name: string) => ObjectRef | undefined;
  /** Lines read for each pod; 0 leaves logs alone. */
  readonly logLines: number;
  readonly logsSince: number;
  readonly logsOf: (workload: ObjectRef) => boolean;
}

/** What stands before a host among arguments, each a string of its own. */
const hostFlag = /^(?:-h|--(?:[\w-]{0,30}-)?(?:host|hostname|server))$/;

/** ConfigMap values live in another object; earlier ones count too, because a broken address is what one looks for. */
function configTexts(observation: Observation, namespace: string | undefined, spec: PodSpec): [string, string][] {
  const texts: [string, string][] = [];
  const dataOf = (name: string) =>
    observation.objects
      .versions(makeRef("ConfigMap", namespace, name))
      .map((version) => asKind(version.object, "ConfigMap")?.data ?? {});
  const whole = new Set<string>();
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { name, value, valueFrom } of container.env ?? []) {
      if (value) texts.push([name, value]);
      const from = valueFrom?.configMapKeyRef;
      if (from?.name) for (const data of dataOf(from.name)) texts.push([name, data[from.key] ?? ""]);
    }
    for (const from of container.envFrom ?? []) if (from.configMapRef?.name) whole.add(from.configMapRef.name);
    const argv = [...(container.command ?? []), ...(container.args ?? [])];
    for (const [i, argument] of argv.entries()) texts.push([hostFlag.test(argv[i - 1] ?? "") ? "host" : "", argument]);
  }
  for (const volume of spec.volumes ?? []) if (volume.configMap?.name) whole.add(volume.configMap.name);
  for (const name of whole) for (const data of dataOf(name)) texts.push(...Object.entries(data));
  return texts;
}

/**
 * Who calls whom: from client metrics, from configured addresses, and from logs: what failing calls name, and ids of requests
 * that several write.
 */
export function findCalls(sources: CallSources): readonly Call[] {
  const { observation, resolve } = sources;
  const calls = new Map<string, Call>();
  const add = (from: ObjectRef, host: string, via: Call["via"]) => {
    const { service, workloads } = resolve(from.namespace, host);
    for (const to of workloads) {
      const key = `${refKey(from)}>${refKey(to)}`;
      if (refKey(from) === refKey(to) || calls.has(key)) continue;
      // A server names the pod of a client that it refused, or that hung up: that is no call back.
      if (via === "log" && !service && calls.has(`${refKey(to)}>${refKey(from)}`)) continue;
      calls.set(key, service ? { from, to, peer: host, service, via } : { from, to, peer: host, via });
    }
  };

  for (const name of ["client_requests_per_second", "client_latency_mean_seconds"]) {
    for (const { labels } of observation.series.select(name)) {
      const from = sources.workloadNamed(labels.namespace ?? "", labels.workload ?? "");
      if (from && labels.peer) add(from, labels.peer, "metric");
    }
  }
  for (const workload of sources.workloads) {
    const from = makeRef(workload.kind, workload.metadata.namespace, workload.metadata.name);
    const specs = new Set(
      [workload, ...observation.objects.versions(from).map((version) => version.object)].map(podSpecOf),
    );
    for (const spec of specs) {
      if (!spec) continue;
      for (const [name, value] of configTexts(observation, from.namespace, spec)) {
        for (const host of hostsInValue(name, value)) add(from, host, "config");
      }
      for (const address of spec.dnsConfig?.nameservers ?? []) add(from, address, "config");
    }
  }
  for (const { kind, metadata } of sources.logLines > 0 ? sources.workloads : []) {
    const from = makeRef(kind, metadata.namespace, metadata.name);
    if (!from.namespace || !sources.logsOf(from)) continue;
    for (const pod of sources.podNamesOf(from)) {
      const lines = observation.logs.lines({ namespace: from.namespace, pod, from: sources.logsSince });
      for (const { line } of lines.slice(-sources.logLines))
        for (const host of hostsInFailure(line)) add(from, host, "log");
    }
  }
  const found = [...calls.values()];
  return sources.logLines > 0 ? [...found, ...callsByIds(sources, found)] : found;
}

/** Callers of which nothing tells whom they call, at most so many. */
const maxMute = 20;

/** For each callee everybody who is known to lead to it, near or far. */
function leadersOf(known: readonly Call[]): (ref: ObjectRef) => ReadonlySet<string> {
  const callers = Map.groupBy(known, ({ to }) => refKey(to));
  return (ref) => {
    const found = new Set<string>();
    const open = [refKey(ref)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { from } of callers.get(next) ?? []) {
        if (found.has(refKey(from))) continue;
        found.add(refKey(from));
        open.push(refKey(from));
      }
    }
    return found;
  };
}

/**
 * Calls of those that nothing else is known to call, from ids of requests that they have in common with others. Not back to who
 * is known to call them: it may have written the id when it began. Nor between two that the same caller leads to: it gives its
 * id to both, and which of them is done first says only whom it asks first.
 */
function callsByIds(sources: CallSources, known: readonly Call[]): readonly Call[] {
  const callers = new Set(known.map(({ from }) => refKey(from)));
  const leaders = leadersOf(known);
  const refs = sources.workloads.map(({ kind, metadata }) => makeRef(kind, metadata.namespace, metadata.name));
  const { logLines: lines, logsSince: since, podNamesOf } = sources;
  const source = { logs: sources.observation.logs, podNamesOf, lines, since };
  return refs
    .filter((ref) => ref.namespace !== undefined && !callers.has(refKey(ref)) && sources.logsOf(ref))
    .slice(0, maxMute)
    .flatMap((from) => {
      const own = leaders(from);
      return waitsForByIds(from, refs, source)
        .filter((to) => !own.has(refKey(to)) && ![...leaders(to)].some((key) => own.has(key)))
        .map((to): Call => ({ from, to, peer: to.name, via: "log" }));
    });
}

/** Maps the cluster addresses of services, now and before, to the service. */
export function clusterAddresses(services: readonly Service[]): ReadonlyMap<string, Service> {
  const found = new Map<string, Service>();
  for (const service of services) {
    for (const ip of [service.spec.clusterIP, ...(service.spec.clusterIPs ?? [])])
      if (ip && ip !== "None") found.set(ip, service);
  }
  return found;
}
