import { mounts } from "../../cluster/kinds/storage.ts";
import { asKind, type KubeObject, type Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";

/** Controllers clean up behind a deletion within seconds, garbage collection within a minute. */
const patienceMs = 90_000;
/** Load balancers are taken down in minutes, and a namespace goes with all that is in it. */
const slowPatienceMs = 5 * 60_000;
const slow = /load-?balancer|ingress|gateway|elbv2/i;
const kinds = [
  "Namespace",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
  "Ingress",
  "ConfigMap",
] as const;
/** What keeps a namespace: an API that does not answer, what could not be deleted, who holds what is left. */
const whyKept = (object: KubeObject): string =>
  (asKind(object, "Namespace")?.status?.conditions ?? [])
    .filter(({ status, message }) => status === "True" && message !== undefined)
    .map(({ message }) => `; ${short(message)}`)
    .join("");
const protection = "kubernetes.io/pvc-protection";

/**
 * Objects other than pods that were deleted and stay, because a finalizer holds them and nobody removes it. Source:
 * `deletionTimestamp` and `finalizers`. Not a fault: a deletion of a moment ago; a claim that a pod still mounts, which is
 * what its protection is for; a load balancer or a namespace in its first minutes; a workload that waits for its pods.
 */
export const objectStuckTerminating = defineDetector({
  name: "object-stuck-terminating",
  family: "state",
  nature: "fault",
  *detect({ observation, pods, podsOf, now }): Iterable<Finding> {
    for (const kind of kinds) {
      for (const object of observation.objects.list(kind)) {
        const { name, namespace, deletionTimestamp, finalizers = [] } = object.metadata;
        const since = timeOf(deletionTimestamp, Number.POSITIVE_INFINITY);
        if (now - since < patienceMs) continue;
        const isSlow = kind === "Namespace" || finalizers.some((one) => slow.test(one));
        if (isSlow && now - since < slowPatienceMs) continue;
        // In the foreground it waits for its pods, which may take the time that they were granted.
        const waits = ({ metadata }: Pod) => timeOf(metadata.deletionTimestamp, 0) + patienceMs > now;
        if (finalizers.every((one) => one === "foregroundDeletion") && podsOf(refOf(object)).some(waits)) continue;
        // The finalizer of a namespace is in its spec, and its contents hold it.
        const held = [...finalizers, ...(asKind(object, "Namespace")?.spec?.finalizers ?? [])];
        if (held.length === 0) continue;
        const isMounted = pods.some((pod) => pod.metadata.namespace === namespace && mounts(pod, name));
        if (kind === "PersistentVolumeClaim" && held.every((one) => one === protection) && isMounted) continue;
        yield {
          reason: "StuckTerminating",
          target: refOf(object),
          severity: "medium",
          headline: "cannot be deleted",
          summary: `${kind} ${name} was deleted ${Math.round((now - since) / 1_000)} s ago and is held by ${held.join(", ")}${whyKept(object)}`,
          startsAt: since,
        };
      }
    }
  },
});
