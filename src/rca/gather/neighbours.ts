import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Finding } from "./evidence-book.ts";

/** Endpoints that a service has now. */
export function endpointsOf(
  observation: Observation,
  service: ObjectRef,
): {
  readonly known: boolean;
  readonly ready: number;
  readonly notReady: number;
  readonly ports: readonly (number | undefined)[];
} {
  const slices = observation.objects
    .list("EndpointSlice", service.namespace)
    .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === service.name);
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter((endpoint) => endpoint.conditions?.ready !== false).length;
  return {
    known: slices.length > 0,
    ready,
    notReady: endpoints.length - ready,
    ports: slices.flatMap((slice) => (slice.ports ?? []).map((port) => port.port)),
  };
}

/** Undefined when the Service was never seen; one that was deleted is told as it was last. */
export function serviceFinding(observation: Observation, ref: ObjectRef, now: number): Finding | undefined {
  const service = observation.objects.find(ref)?.object;
  if (!isKind(service, "Service")) return undefined;
  const { known, ready, notReady, ports } = endpointsOf(observation, ref);
  const wanted = (service.spec.ports ?? []).map((port) => `${port.port} -> ${port.targetPort ?? port.port}`).join(", ");
  const selector = Object.entries(service.spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const on = ports.length > 0 ? ` on port ${[...new Set(ports)].join(", ")}` : ", no port";
  const endpoints = ready + notReady === 0 ? "no endpoints" : `${ready} ready and ${notReady} not ready endpoints${on}`;
  return {
    source: "topology",
    about: ref,
    query: `kubectl -n ${ref.namespace} get endpointslices -l kubernetes.io/service-name=${ref.name}`,
    text: `Service ${ref.name}: selector ${selector || "none"}, ports ${wanted || "none"}; ${known ? endpoints : "no endpoint slice"}`,
    at: now,
  };
}

/** Who calls a workload and whom it calls, as far as it is known. */
export function neighboursFinding(topology: Topology, workload: ObjectRef, now: number): Finding | undefined {
  const calls = topology.dependenciesOf(workload, 1);
  const callers = topology.dependentsOf(workload, 1);
  if (calls.length + callers.length === 0) return undefined;
  const names = (refs: readonly ObjectRef[]) => refs.map((ref) => ref.name).join(", ") || "nobody";
  const how = [
    ...new Set(
      topology.calls
        .filter((call) => sameRef(call.from, workload) || sameRef(call.to, workload))
        .map((call) => call.via),
    ),
  ].join(", ");
  return {
    source: "topology",
    about: workload,
    query: `kubectl -n ${workload.namespace} get services,endpointslices`,
    text: `${workload.kind} ${workload.name} calls ${names(calls)}; it is called by ${names(callers)} (known from ${how})`,
    at: now,
  };
}
