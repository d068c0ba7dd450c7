import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { podTemplateOf } from "../change/workload.ts";
import type { Permission } from "../define-action.ts";
import { refuse } from "../define-action.ts";

/** What it takes to change the pod template of any workload. */
export const templatePermissions: readonly Permission[] = [
  { verb: "patch", group: "apps", resource: "deployments" },
  { verb: "patch", group: "apps", resource: "statefulsets" },
  { verb: "patch", group: "apps", resource: "daemonsets" },
  { verb: "patch", group: "batch", resource: "cronjobs" },
];

/** The refusal for a container that is not in the pod template: patching an unknown name would add a container. */
export function noSuchContainer(target: KubeObject, name: string) {
  const spec = podTemplateOf(target)?.spec;
  const names = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map((container) => container.name);
  return refuse(
    "invalid-params",
    `${target.kind} ${target.metadata.name} has no container ${name}; it has ${names.join(", ") || "none"}.`,
  );
}
