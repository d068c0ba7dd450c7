import { type ObjectTarget, type Planned, runLabel, type Scope, type Snapshot } from "../scope.ts";
import { setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";

/** Rolls a workload by an annotation of its pods; taking the annotation away rolls it back to where it was. */
export function restartOf(target: ObjectTarget, scope: Scope, snapshot: Snapshot): Planned {
  return eachWorkload(target, scope, snapshot, (workload) =>
    setFields(workload, "restart its pods", [
      { path: ["spec", "template", "metadata", "annotations", runLabel], value: scope.run },
    ]),
  );
}
