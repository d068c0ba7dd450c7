import { asKind } from "../../cluster/kubernetes-types.ts";
import { type ObjectRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import { freshLogs } from "./patterns.ts";

/** New lines of those who call `service` (`behind` are the workloads it leads to) that name it or its address, and say that nobody answers. */
export function complaintsAbout(open: Case, service: ObjectRef, behind: readonly ObjectRef[]): readonly LogFact[] {
  const callers = uniqueRefs([
    ...behind.flatMap((workload) => open.topology.dependentsOf(workload, 1)),
    ...open.symptomatic,
  ]);
  const address = asKind(open.observation.objects.find(service)?.object, "Service")?.spec.clusterIP;
  return callers
    .flatMap((caller) => freshLogs(open, caller, "refused", "timeout", "reset", "upstream", "name-not-found"))
    .filter(({ example }) => example.includes(service.name) || (address !== undefined && example.includes(address)));
}
