import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { rerunOf } from "../../incident/fix/rerun-of.ts";
import { isPlain, numberAt, stringMapAt, valueAt, withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

// Set by the Job controller and tied to the old Job; a copy that keeps them is refused.
const ownLabels = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];
const maxNameChars = 63;

const withoutOwn = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !ownLabels.includes(key)));

/** A new Job with the same work, under a name of its own. */
function copyOf(job: KubeObject, suffix: string) {
  const { name, namespace } = job.metadata;
  const ending = `-rerun-${suffix}`;
  // The names of indexed pods, and their host names, add a number to it.
  const last = (numberAt(job.spec, "completions") ?? 1) - 1;
  const room =
    maxNameChars - ending.length - (valueAt(job.spec, "completionMode") === "Indexed" ? `-${last}`.length : 0);
  let spec: unknown = withValueAt(job.spec, ["selector"], undefined);
  spec = withValueAt(spec, ["manualSelector"], undefined);
  spec = withValueAt(spec, ["suspend"], undefined);
  const templateLabels = withoutOwn(stringMapAt(spec, "template", "metadata", "labels"));
  spec = withValueAt(
    spec,
    ["template", "metadata", "labels"],
    Object.keys(templateLabels).length > 0 ? templateLabels : undefined,
  );
  const labels = withoutOwn(job.metadata.labels ?? {});
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${name.slice(0, room).replace(/[-.]+$/, "")}${ending}`,
      ...(namespace ? { namespace } : {}),
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      annotations: { [rerunOf]: name },
    },
    spec,
  };
}

export const rerunJob = defineAction({
  name: "rerun-job",
  risk: "medium",
  kinds: ["Job"],
  params: actionParams["rerun-job"],
  permissions: [
    { verb: "create", group: "batch", resource: "jobs" },
    { verb: "delete", group: "batch", resource: "jobs" },
  ],
  changesDeclaredState: false,
  rollsOut: false,
  undo: "previous-values",
  expects: "The new Job completes.",
  verifyWithinMs: 10 * 60_000,
  draft(target, _params, { suffix }) {
    const conditions = valueAt(target, "status", "conditions");
    const finished =
      Array.isArray(conditions) &&
      conditions.some(
        (condition) =>
          isPlain(condition) &&
          (condition.type === "Failed" || condition.type === "Complete") &&
          condition.status === "True",
      );
    if (!finished)
      return refuse(
        "not-supported",
        `Job ${target.metadata.name} has not ended yet; running it twice at once may not be safe.`,
      );
    return {
      changes: [{ type: "create", object: copyOf(target, suffix) }],
      pods: 1,
      note: "A copy of the Job runs; the old one stays for its logs.",
    };
  },
});
