import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import { type EndpointSlice, isKind, type KubeObject, type Service } from "./kubernetes-types.ts";
import { refOf } from "./object-store.ts";
import type { Observation } from "./observation.ts";
import { collect } from "./reach.ts";
import { matchesLabels } from "./selector.ts";
import type { TopologyPods } from "./topology-pods.ts";
import { templateOf } from "./workload.ts";

/** Which services stand before which workloads. */
export interface TopologyServices {
  /** By `namespace/name`, those that are remembered included. */
  readonly byName: ReadonlyMap<string, Service>;
  servicesOf(workload: ObjectRef): readonly ObjectRef[];
  workloadsBehind(service: ObjectRef): readonly ObjectRef[];
  selectedNow(service: ObjectRef): readonly ObjectRef[];
}

/**
 * `live` and `gone`: workloads now and before. A service that selects nothing now is told by its endpoints, then by
 * selectors it had before, then by a workload of its name; one that has none of these stands before nothing.
 */
export function readServices(
  { objects }: Observation,
  {
    live,
    gone,
    pods,
    workloadNamed,
  }: {
    readonly live: readonly KubeObject[];
    readonly gone: readonly KubeObject[];
    readonly pods: TopologyPods;
    readonly workloadNamed: (namespace: string, name: string) => ObjectRef | undefined;
  },
): TopologyServices {
  const isLive = new Set(live);
  const services = objects.list("Service");
  const serviceOf = new Map(
    services.map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
  );
  for (const { object } of objects.deleted("Service")) {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (isKind(object, "Service") && !serviceOf.has(key)) serviceOf.set(key, object);
  }
  const labelled = new Map<string, { ref: ObjectRef; now: boolean; labels: Readonly<Record<string, string>> }[]>();
  for (const object of [...live, ...gone]) {
    const ref = refOf(object);
    const states = new Set<KubeObject>([object, ...objects.versions(ref).map((version) => version.object)]);
    for (const state of states) {
      const labels = templateOf(state)?.metadata?.labels;
      if (labels) collect(labelled, ref.namespace ?? "", { ref, now: state === object && isLive.has(object), labels });
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
          ? pods.ownerOf.get(`${targetRef.namespace ?? service.namespace}/${targetRef.name}`)
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
    const namesake = workloadNamed(service.namespace ?? "", service.name);
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

  return {
    byName: serviceOf,
    servicesOf: (workload) => servicesOf.get(refKey(workload)) ?? [],
    workloadsBehind: (service) => behind.get(refKey(service)) ?? workloadsBehind(service),
    selectedNow,
  };
}
