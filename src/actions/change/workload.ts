import type { Container, KubeObject, PodTemplate } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { isPlain, numberAt, valueAt, withValueAt } from "./plain.ts";

/** Kinds with a pod template that may be changed at all (a Job's may not). */
export const templateKinds = [...rolloutKinds, "CronJob"] as const;

const templatePath = (kind: string) =>
  kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];

/**
 * Undefined for a kind without one, and for a template without a `spec`. Of a CronJob it is the template of its Jobs.
 */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const template = valueAt(object, ...templatePath(object.kind));
  return isPlain(template) && isPlain(template.spec) ? (template as unknown as PodTemplate) : undefined;
}

/** A copy with this template at the place where the object's kind has it; meant for `templateKinds` only. */
export function withPodTemplate(object: KubeObject, template: PodTemplate): KubeObject {
  return withValueAt(object, templatePath(object.kind), template);
}

/**
 * Among containers and init containers, whose names are unique in a pod together; ephemeral containers are in no
 * template.
 */
export function containerOf(object: KubeObject, name: string): Container | undefined {
  const spec = podTemplateOf(object)?.spec;
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);
}

/** A copy of the object in which one container of the pod template (init containers included) is edited. */
export function withContainer(object: KubeObject, name: string, edit: (container: Container) => Container): KubeObject {
  const template = podTemplateOf(object);
  if (!template) return object;
  const editNamed = (list: readonly Container[]) =>
    list.map((container) => (container.name === name ? edit(container) : container));
  const { containers, initContainers } = template.spec;
  return withPodTemplate(object, {
    ...template,
    spec: {
      ...template.spec,
      containers: editNamed(containers),
      ...(initContainers ? { initContainers: editNamed(initContainers) } : {}),
    },
  });
}

/** Pods that a rollout of this workload replaces. */
export function podCountOf(object: KubeObject): number {
  if (object.kind === "DaemonSet") return numberAt(object, "status", "desiredNumberScheduled") ?? 0;
  // The next run of a CronJob uses the new template; nothing that runs is touched.
  if (object.kind === "CronJob") return 0;
  return numberAt(object, "spec", "replicas") ?? 1;
}

/** A sentence on how a changed template reaches the pods. */
export function rolloutNote(object: KubeObject): string {
  if (object.kind === "CronJob") return "The next run of the CronJob uses it; a run in progress is not touched.";
  const strategy = valueAt(object, "spec", "strategy", "type") ?? valueAt(object, "spec", "updateStrategy", "type");
  const pods = podCountOf(object);
  const count = pods === 1 ? "1 pod is" : `${pods} pods are`;
  if (strategy === "Recreate") return `${count} stopped and then started anew: a short outage.`;
  if (strategy === "OnDelete")
    return `${count} NOT replaced by itself: update strategy OnDelete waits for each pod to be deleted.`;
  return pods === 1 ? `${count} replaced.` : `${count} replaced one after the other.`;
}
