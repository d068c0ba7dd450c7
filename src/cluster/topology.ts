import { makeRef, type ObjectRef, refKey, sameRef } from "../incident/object-ref.ts";
import type { EndpointSlice, KubeObject, Pod, Service } from "./kubernetes-types.ts";
import { isKind } from "./kubernetes-types.ts";
import { refOf } from "./object-store.ts";
import type { Observation } from "./observation.ts";
import { matchesLabels } from "./selector.ts";
import { type Call, clusterAddresses, findCalls } from "./topology-calls.ts";
import { type Use, usesOfWorkload } from "./topology-uses.ts";
import { listWorkloads, templateOf } from "./workload.ts";

export interface TopologyOptions {
  /** Newest log lines read for each pod to find calls; 0 leaves logs alone, for callers that rebuild often. Default 0. */
  readonly logLinesPerPod?: number;
  /** Log lines before this are not read (ms). */
  readonly logsSince?: number;
  /** Whose logs are read; everybody's when absent. */
  readonly logsOf?: (workload: ObjectRef) => boolean;
}

/** Who owns, serves, runs on, uses and calls whom, as of the moment it was built. Deleted objects that are remembered take part. */
export interface Topology {
  /** Live workloads that nothing else owns. */
  readonly workloads: readonly ObjectRef[];
  readonly calls: readonly Call[];
  /** The workload of a pod, also of one that is gone; the pod itself when nothing owns it. */
  workloadOfPod(namespace: string, pod: string): ObjectRef | undefined;
  /** Live pods. */
  podsOf(workload: ObjectRef): readonly Pod[];
  /** Names of live pods, then of those deleted but remembered. */
  podNamesOf(workload: ObjectRef): readonly string[];
  /** Services that select the workload now or did before. */
  servicesOf(workload: ObjectRef): readonly ObjectRef[];
  /**
   * What a service selects now; when that is nothing, what it selected before its selector, labels or endpoints changed; when
   * that is unknown too, the workload that bears its name.
   */
  workloadsBehind(service: ObjectRef): readonly ObjectRef[];
  /** What a service selects with the selector that it has now. */
  selectedNow(service: ObjectRef): readonly ObjectRef[];
  /** Nearest first. `depth` 1 is direct calls only; default 6. */
  dependenciesOf(workload: ObjectRef, depth?: number): readonly ObjectRef[];
  dependentsOf(workload: ObjectRef, depth?: number): readonly ObjectRef[];
  nodeOf(namespace: string, pod: string): ObjectRef | undefined;
  usesOf(workload: ObjectRef): readonly Use[];
  /** Workloads that use a ConfigMap, Secret, ServiceAccount, Role, RoleBinding or claim. */
  usersOf(ref: ObjectRef): readonly ObjectRef[];
  /** What a host name or address means inside the cluster. */
  resolveHost(
    namespace: string | undefined,
    host: string,
  ): { readonly service?: ObjectRef; readonly workloads: readonly ObjectRef[] };
}

/** Walks edges breadth first, nearest first, without the start. */
function reach(
  edges: ReadonlyMap<string, readonly ObjectRef[]>,
  start: ObjectRef,
  depth: number,
): readonly ObjectRef[] {
  const seen = new Map<string, ObjectRef>();
  let frontier: readonly ObjectRef[] = [start];
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const next: ObjectRef[] = [];
    for (const at of frontier) {
      for (const to of edges.get(refKey(at)) ?? []) {
        if (sameRef(to, start) || seen.has(refKey(to))) continue;
        seen.set(refKey(to), to);
        next.push(to);
      }
    }
    frontier = next;
  }
  return [...seen.values()];
}

function collect<T>(into: Map<string, T[]>, key: string, value: T): void {
  const list = into.get(key);
  if (list) list.push(value);
  else into.set(key, [value]);
}

/** Reads the whole observation once; a few milliseconds for 50 services without logs. */
export function buildTopology(observation: Observation, options: TopologyOptions = {}): Topology {
  const { objects } = observation;
  const { live, gone } = listWorkloads(observation);
  const all = [...live, ...gone];
  const byName = new Map<string, ObjectRef>();
  for (const object of [...gone, ...live])
    byName.set(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, refOf(object));

  const livePods = new Map<string, Pod[]>();
  const podNames = new Map<string, string[]>();
  const podAddresses = new Map<string, ObjectRef>();
  const ownerOf = new Map<string, ObjectRef>();
  const takePod = (pod: Pod, isLive: boolean) => {
    const owner = objects.topOwner(pod);
    ownerOf.set(`${pod.metadata.namespace}/${pod.metadata.name}`, owner);
    collect(podNames, refKey(owner), pod.metadata.name);
    if (!isLive) return;
    collect(livePods, refKey(owner), pod);
    if (pod.status?.podIP) podAddresses.set(pod.status.podIP, owner);
  };
  for (const pod of objects.list("Pod")) takePod(pod, true);
  for (const { object } of objects.deleted("Pod")) if (isKind(object, "Pod")) takePod(object, false);

  const services = objects.list("Service");
  const serviceOf = new Map(
    services.map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
  );
  for (const { object } of objects.deleted("Service")) {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (isKind(object, "Service") && !serviceOf.has(key)) serviceOf.set(key, object);
  }
  const addresses = clusterAddresses([...serviceOf.values()]);

  const labelled = new Map<string, { ref: ObjectRef; now: boolean; labels: Readonly<Record<string, string>> }[]>();
  for (const object of all) {
    const ref = refOf(object);
    const states = new Set<KubeObject>([object, ...objects.versions(ref).map((version) => version.object)]);
    for (const state of states) {
      const labels = templateOf(state)?.metadata?.labels;
      if (labels)
        collect(labelled, ref.namespace ?? "", { ref, now: state === object && live.includes(object), labels });
    }
  }
  const selected = (
    namespace: string | undefined,
    selector: Service["spec"]["selector"],
    now: boolean,
  ): ObjectRef[] => {
    const found = new Map<string, ObjectRef>();
    for (const row of labelled.get(namespace ?? "") ?? []) {
      if ((!now || row.now) && matchesLabels(selector, row.labels)) found.set(refKey(row.ref), row.ref);
    }
    return [...found.values()];
  };
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of objects.list("EndpointSlice")) {
    collect(
      slices,
      `${slice.metadata.namespace}/${slice.metadata.labels?.["kubernetes.io/service-name"] ?? ""}`,
      slice,
    );
  }
  const throughSlices = (service: ObjectRef): ObjectRef[] => {
    const found = new Map<string, ObjectRef>();
    for (const slice of slices.get(`${service.namespace}/${service.name}`) ?? []) {
      for (const { targetRef } of slice.endpoints ?? []) {
        const owner = targetRef?.name
          ? ownerOf.get(`${targetRef.namespace ?? service.namespace}/${targetRef.name}`)
          : undefined;
        if (owner) found.set(refKey(owner), owner);
      }
    }
    return [...found.values()];
  };
  const selectedNow = (service: ObjectRef) => {
    const current = objects.get("Service", service.namespace, service.name);
    return current ? selected(service.namespace, current.spec.selector, true) : [];
  };
  const workloadsBehind = (service: ObjectRef): readonly ObjectRef[] => {
    const now = selectedNow(service);
    if (now.length > 0) return now;
    const served = throughSlices(service);
    if (served.length > 0) return served;
    for (const { object } of [...objects.versions(service)].reverse()) {
      if (!isKind(object, "Service")) continue;
      const before = selected(service.namespace, object.spec.selector, false);
      if (before.length > 0) return before;
    }
    // Nobody ever saw it select anything, as after a late start: by custom a service bears the name of what it serves.
    const selector = objects.get("Service", service.namespace, service.name)?.spec.selector;
    const namesake = byName.get(`${service.namespace ?? ""}/${service.name}`);
    return selector && namesake && Object.keys(selector).length > 0 ? [namesake] : [];
  };

  const behind = new Map<string, readonly ObjectRef[]>();
  const servicesOf = new Map<string, ObjectRef[]>();
  for (const service of serviceOf.values()) {
    const ref = refOf(service);
    const workloads = workloadsBehind(ref);
    behind.set(refKey(ref), workloads);
    for (const workload of workloads) collect(servicesOf, refKey(workload), ref);
  }

  const resolveHost: Topology["resolveHost"] = (namespace, host) => {
    const byAddress = addresses.get(host);
    const [name = "", other] = host.split(".");
    const service =
      byAddress ?? serviceOf.get(`${namespace ?? ""}/${host}`) ?? serviceOf.get(`${other ?? namespace ?? ""}/${name}`);
    if (service) return { service: refOf(service), workloads: behind.get(refKey(refOf(service))) ?? [] };
    const owner = podAddresses.get(host);
    if (owner) return { workloads: [owner] };
    const same = byName.get(`${namespace ?? ""}/${host}`) ?? byName.get(`${other ?? ""}/${name}`);
    return { workloads: same ? [same] : [] };
  };

  const calls = findCalls({
    observation,
    workloads: all,
    resolve: resolveHost,
    podNamesOf: (workload) => podNames.get(refKey(workload)) ?? [],
    workloadNamed: (namespace, name) => byName.get(`${namespace}/${name}`),
    logLines: options.logLinesPerPod ?? 0,
    logsSince: options.logsSince ?? Number.NEGATIVE_INFINITY,
    logsOf: options.logsOf ?? (() => true),
  });
  const down = new Map<string, ObjectRef[]>();
  const up = new Map<string, ObjectRef[]>();
  for (const { from, to } of calls) {
    collect(down, refKey(from), to);
    collect(up, refKey(to), from);
  }

  const uses = new Map<string, readonly Use[]>();
  const usesOf = (workload: ObjectRef): readonly Use[] => {
    const known = uses.get(refKey(workload));
    if (known) return known;
    const found = usesOfWorkload(observation, workload);
    uses.set(refKey(workload), found);
    return found;
  };
  const workloads = live.map(refOf);

  return {
    workloads,
    calls,
    workloadOfPod: (namespace, pod) => ownerOf.get(`${namespace}/${pod}`),
    podsOf: (workload) => livePods.get(refKey(workload)) ?? [],
    podNamesOf: (workload) => podNames.get(refKey(workload)) ?? [],
    servicesOf: (workload) => servicesOf.get(refKey(workload)) ?? [],
    workloadsBehind: (service) => behind.get(refKey(service)) ?? workloadsBehind(service),
    selectedNow,
    dependenciesOf: (workload, depth = 6) => reach(down, workload, depth),
    dependentsOf: (workload, depth = 6) => reach(up, workload, depth),
    nodeOf(namespace, pod) {
      const object = objects.find(makeRef("Pod", namespace, pod))?.object;
      const node = isKind(object, "Pod") ? object.spec.nodeName : undefined;
      return node ? makeRef("Node", undefined, node) : undefined;
    },
    usesOf,
    usersOf: (ref) => workloads.filter((workload) => usesOf(workload).some((use) => sameRef(use.ref, ref))),
    resolveHost,
  };
}
