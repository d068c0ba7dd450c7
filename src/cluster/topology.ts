import { makeRef, type ObjectRef, refKey, sameRef } from "../incident/object-ref.ts";
import type { Pod, Service } from "./kubernetes-types.ts";
import { isKind } from "./kubernetes-types.ts";
import { refOf } from "./object-store.ts";
import type { Observation } from "./observation.ts";
import { collect, reach } from "./reach.ts";
import { type Call, clusterAddresses, findCalls } from "./topology-calls.ts";
import { readPods } from "./topology-pods.ts";
import { readRights } from "./topology-rights.ts";
import { readServices } from "./topology-services.ts";
import { usesOfWorkload } from "./topology-uses.ts";
import type { Use } from "./use.ts";
import { listWorkloads } from "./workload.ts";

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

/** Reads the whole observation once; a few milliseconds for 50 services without logs. */
export function buildTopology(observation: Observation, options: TopologyOptions = {}): Topology {
  const { objects } = observation;
  const { live, gone } = listWorkloads(observation);
  const byName = new Map<string, ObjectRef>();
  for (const object of [...gone, ...live])
    byName.set(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, refOf(object));

  const workloadNamed = (namespace: string, name: string) => byName.get(`${namespace}/${name}`);
  const pods = readPods(observation);
  const services = readServices(observation, { live, gone, pods, workloadNamed });
  const addresses = clusterAddresses([...services.byName.values()]);

  const serviceAt = (namespace: string | undefined, host: string): Service | undefined => {
    const [name = "", other] = host.split(".");
    const byName = services.byName.get(`${namespace ?? ""}/${host}`);
    const service = addresses.get(host) ?? byName ?? services.byName.get(`${other ?? namespace ?? ""}/${name}`);
    const { type, externalName = "" } = service?.spec ?? {};
    // A name for another name, which may be that of a Service here. One that leads on once more is nobody's habit.
    const [alias = "", place] = externalName.split(".");
    const meant = type === "ExternalName" ? services.byName.get(`${place ?? ""}/${alias}`) : undefined;
    return meant ?? service;
  };
  const resolveHost: Topology["resolveHost"] = (namespace, host) => {
    const service = serviceAt(namespace, host);
    if (service) return { service: refOf(service), workloads: services.workloadsBehind(refOf(service)) };
    const [name = "", other, place] = host.split(".");
    // Pods of a StatefulSet have names below that of its Service: `db-0.db.shop.svc`.
    const owner = pods.byAddress.get(host) ?? pods.ownerOf.get(`${other ? (place ?? namespace ?? "") : ""}/${name}`);
    if (owner) return { workloads: [owner] };
    const same = workloadNamed(namespace ?? "", host) ?? workloadNamed(other ?? "", name);
    return { workloads: same ? [same] : [] };
  };

  const calls = findCalls({
    observation,
    workloads: [...live, ...gone],
    resolve: resolveHost,
    podNamesOf: pods.podNamesOf,
    workloadNamed,
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

  const rights = readRights(observation);
  const uses = new Map<string, readonly Use[]>();
  const usesOf = (workload: ObjectRef): readonly Use[] => {
    const known = uses.get(refKey(workload));
    if (known) return known;
    const found = usesOfWorkload(observation, workload, pods.podsOf(workload), rights);
    uses.set(refKey(workload), found);
    return found;
  };
  const workloads = live.map(refOf);

  return {
    workloads,
    calls,
    workloadOfPod: (namespace, pod) => pods.ownerOf.get(`${namespace}/${pod}`),
    podsOf: pods.podsOf,
    podNamesOf: pods.podNamesOf,
    servicesOf: services.servicesOf,
    workloadsBehind: services.workloadsBehind,
    selectedNow: services.selectedNow,
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
