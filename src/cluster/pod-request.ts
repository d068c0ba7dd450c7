import { lastingContainers, runsOn } from "./kinds/pod.ts";
import type { Container, Pod, PodSpec } from "./kubernetes-types.ts";
import { parseQuantity } from "./quantity.ts";

const asked = ({ resources }: Pick<Container, "resources">, name: string): number | undefined =>
  parseQuantity(resources?.requests?.[name] ?? resources?.limits?.[name]);

/**
 * What a pod asks of one node, in the resource's base unit. Init containers run one after the other, each beside the sidecars
 * that stand before it; afterwards all containers run beside all sidecars. What is set for the pod as a whole holds instead.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function podRequest({ spec }: Pod, name: string): number {
  const overhead = parseQuantity(spec.overhead?.[name]) ?? 0;
  const whole = asked(spec, name);
  if (whole !== undefined) return whole + overhead;
  let [sidecars, most] = [0, 0];
  for (const container of spec.initContainers ?? []) {
    const own = asked(container, name) ?? 0;
    if (runsOn(container)) sidecars += own;
    most = Math.max(most, runsOn(container) ? sidecars : sidecars + own);
  }
  const main = spec.containers.reduce((sum, container) => sum + (asked(container, name) ?? 0), 0);
  return Math.max(sidecars + main, most) + overhead;
}

/** Containers that do not say how much they ask for, where the pod as a whole does not either: no share of it can be worked out. */
export const withoutRequest = (spec: PodSpec, name: string): readonly Container[] =>
  asked(spec, name) !== undefined
    ? []
    : lastingContainers(spec).filter((container) => asked(container, name) === undefined);
