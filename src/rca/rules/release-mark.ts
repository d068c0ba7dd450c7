import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import type { FieldChange } from "../gather/field-diff.ts";

const markName =
  /(?:^|[_.-])(?:version|release|revision|commit|build)(?:[_.-]?(?:id|number|sha|hash|tag))?$|(?:^|[_.-])git[_.-]?sha$/i;
/** Versions of what the program speaks or runs on, which are settings like others. */
const foreign = /api|schema|protocol|proto|tls|ssl|http|min|max|node|java|python|ruby|php|go|sql|kube/i;
const versionLike = /^v?\d+(?:\.\d+)+(?:[-+.\w]*)$|^[0-9a-f]{7,40}$/i;

/** True for a variable by which a release says which one it is (`APP_VERSION=2.0.0`, `GIT_SHA=3f2a91c`). */
export function isReleaseMark({ area, name = "", after = "" }: FieldChange): boolean {
  const mark = markName.exec(name);
  return area === "env" && mark !== null && !foreign.test(name.slice(0, mark.index)) && versionLike.test(after);
}

/** How it came to be, when that was just now and beside another workload behind the same Service: a canary, a second version. */
function additionOf({ topology, changesOf }: Case, workload: ObjectRef): Change | undefined {
  const made = changesOf(workload).findLast(({ action }) => action === "created");
  const isBeside = topology
    .servicesOf(workload)
    .some((service) => topology.workloadsBehind(service).some((other) => !sameRef(other, workload)));
  return isBeside ? made : undefined;
}

/**
 * The newest change of a workload that brought other code: another image, a variable that says so, or the whole workload
 * beside one that was there.
 */
export function releaseChange(open: Case, workload: ObjectRef): Change | undefined {
  return (
    open
      .changesOf(workload, "image", "env")
      .findLast(({ fields }) => fields.some((field) => field.area === "image" || isReleaseMark(field))) ??
    additionOf(open, workload)
  );
}
