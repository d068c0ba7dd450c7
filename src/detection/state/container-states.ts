import { runsOn } from "../../cluster/kinds/pod.ts";
import type { Container, ContainerStatus, Pod } from "../../cluster/kubernetes-types.ts";
import { untilToken } from "../../lib/until-token.ts";

export interface ContainerView {
  readonly status: ContainerStatus;
  readonly spec: Container | undefined;
  readonly init: boolean;
}

/** Of the init containers one that is to be judged as one that runs. */
export function isSidecar({ init, spec }: ContainerView): boolean {
  return init && spec !== undefined && runsOn(spec);
}

const lost: ReadonlySet<string> = new Set(["Unknown", "ContainerStatusUnknown"]);

/** The kubelet found the container gone, as after a restart of its node: nobody saw it end. */
export const isLost = ({ reason = "" }: { readonly reason?: string }): boolean => lost.has(reason);

/** Containers of a pod with their specs; init containers first. */
export function containersOf(pod: Pod): readonly ContainerView[] {
  const view = (status: ContainerStatus, init: boolean): ContainerView => ({
    status,
    init,
    spec: (init ? pod.spec.initContainers : pod.spec.containers)?.find(({ name }) => name === status.name),
  });
  return [
    ...(pod.status?.initContainerStatuses ?? []).map((status) => view(status, true)),
    ...(pod.status?.containerStatuses ?? []).map((status) => view(status, false)),
  ];
}

/** Pods that are on their way out or done say nothing about health. */
export function isCurrent(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed"
  );
}

/** By the condition `Ready`, which readiness gates count for as well; a pod without a status is not. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Undefined when the pod has none of this type: that is not the same as one that is False. */
export function conditionOf(pod: Pod, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/**
 * Cuts what a message repeats from an application, to stay readable in a summary. No word stays in half: of half a secret
 * nobody could tell any more that it is one.
 */
export function short(text: string | undefined, limit = 160): string {
  const flat = (text ?? "").replaceAll(/\s+/g, " ").trim();
  if (flat.length <= limit) return flat;
  return `${untilToken(flat, limit - 1).trimEnd()}…`;
}
