import type { Workload } from "../../cluster/kubernetes-types.ts";
import type { Change } from "../change.ts";
import {
  type ObjectTarget,
  type Planned,
  planned,
  refused,
  type Scope,
  type Snapshot,
  selectObjects,
} from "../scope.ts";
import { asWorkload } from "../workload.ts";

/** Plans the same for every workload a target selects. `plan` answers with a change, or with what stands in the way. */
export function eachWorkload(
  target: ObjectTarget,
  scope: Scope,
  snapshot: Snapshot,
  plan: (workload: Workload) => Change | readonly Change[] | string,
): Planned {
  const selected = selectObjects(target, scope, snapshot);
  if (!selected.ok) return refused(selected.problem);
  const changes: Change[] = [];
  for (const object of selected.objects) {
    const workload = asWorkload(object);
    const made = workload ? plan(workload) : `${object.kind} ${object.metadata.name} is no workload`;
    if (typeof made === "string") return refused(made);
    changes.push(...(Array.isArray(made) ? (made as readonly Change[]) : [made as Change]));
  }
  return planned(changes);
}
