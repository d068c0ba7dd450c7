import { makeRef, type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { wrongPort } from "./service-port.ts";
import { wrongSelector } from "./service-selector.ts";

function servicesInScope(open: Case): readonly ObjectRef[] {
  const refs = [
    ...open.scope.flatMap((workload) => open.topology.servicesOf(workload)),
    ...open.incident.affected,
    open.incident.target,
  ].filter((ref) => ref.kind === "Service");
  // A service that was just changed may be what the symptomatic ones call, even where nothing else shows the call.
  for (const change of open.changes) {
    if (
      change.ref.kind === "Service" &&
      open.scope.some((workload) => workload.namespace === change.ref.namespace) &&
      !refs.some((ref) => sameRef(ref, change.ref))
    )
      refs.push(change.ref);
  }
  return uniqueRefs(refs.map((ref) => makeRef(ref.kind, ref.namespace, ref.name)));
}

/** Services that select no or the wrong pods, or lead to a port where nothing listens. */
export const service: Rule = (open) =>
  servicesInScope(open).flatMap((ref) => {
    const object = open.observation.objects.get("Service", ref.namespace, ref.name);
    return object ? [...wrongSelector(open, ref, object), ...wrongPort(open, ref, object)] : [];
  });
