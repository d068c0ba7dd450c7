import { lastingContainers, runsOn } from "./kinds/pod.ts";
import type { Container, Pod, PodSpec } from "./kubernetes-types.ts";
import { parseQuantity } from "./quantity.ts";

const asked = ({ resources }: Pick<Container, "resources">, name: string): number | undefined =>
  parseQuantity(resources?.requests?.[name] ?? resources?.limits?.[name]);

/**
 * What the containers of a pod make up together at most at one time. Init containers run one after the other, each beside the
 * sidecars that stand before it; afterwards all containers run beside all sidecars.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 * @param of what one container counts with; undefined counts as nothing
 */
export function mostAtOneTime(
  { containers, initContainers = [] }: PodSpec,
  of: (container: Container) => number | undefined,
): number {
  let [sidecars, most] = [0, 0];
  for (const container of initContainers) {
    const own = of(container) ?? 0;
    if (runsOn(container)) sidecars += own;
    most = Math.max(most, runsOn(container) ? sidecars : sidecars + own);
  }
  const main = containers.reduce((sum, container) => sum + (of(container) ?? 0), 0);
  return Math.max(sidecars + main, most);
}

/** What a pod asks of one node, in the resource's base unit. What is set for the pod as a whole holds instead of its containers'. */
export function podRequest({ spec }: Pod, name: string): number {
  const overhead = parseQuantity(spec.overhead?.[name]) ?? 0;
  return (asked(spec, name) ?? mostAtOneTime(spec, (container) => asked(container, name))) + overhead;
}

/** Containers that do not say how much they ask for, where the pod as a whole does not either: no share of it can be worked out. */
export const withoutRequest = (spec: PodSpec, name: string): readonly Container[] =>
  asked(spec, name) !== undefined
    ? []
    : lastingContainers(spec).filter((container) => asked(container, name) === undefined);
