import { asKind, asWorkload, type KubeObject, type Pod, type Service } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import { type DetectContext, type Detector, type Finding, timeOf } from "../detector.ts";
import { isCurrent, isReady } from "./container-states.ts";
import { startAllowanceMs } from "./pod-not-ready.ts";

const mismatchHoldMs = 3_000;
const emptyHoldMs = 45_000;

interface Backing {
  /** Live workloads whose template the selector matches, and how many pods they should have. */
  readonly matched: readonly { readonly ref: ObjectRef; readonly replicas: number }[];
}

/** Pods that a workload should have now: a DaemonSet without a node for it has none, nor has a Job that has ended. */
function podsWanted(object: KubeObject): number {
  const daemons = asKind(object, "DaemonSet");
  if (daemons) return daemons.status?.desiredNumberScheduled ?? 0;
  const job = asKind(object, "Job");
  if (job) return job.status?.active ?? 0;
  return asWorkload(object)?.spec.replicas ?? 1;
}

function backingOf(service: Service, { observation, ownerOf }: DetectContext): Backing {
  const matched: { ref: ObjectRef; replicas: number }[] = [];
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"]) {
    for (const object of observation.objects.list(kind, service.metadata.namespace)) {
      if (!matchesLabels(service.spec.selector, templateOf(object)?.metadata?.labels)) continue;
      const ref = ownerOf(object);
      // A ReplicaSet of a Deployment is counted with it; one of an Argo Rollout is all that is seen of that.
      if (!sameRef(ref, refOf(object)) && observation.objects.find(ref)) continue;
      matched.push({ ref, replicas: podsWanted(object) });
    }
  }
  return { matched };
}

/**
 * Told to end, and answering until it has: proxies go on sending to it when nobody else is there, since Kubernetes 1.26
 * (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#serving).
 */
const stillServes = (pod: Pod, now: number) =>
  pod.status?.phase === "Running" && isReady(pod) && timeOf(pod.metadata.deletionTimestamp, 0) >= now;

/** When the Service's own selector last changed (ms), if that was seen. */
function selectorChangedAt(service: Service, { observation }: DetectContext): number | undefined {
  const versions = observation.objects.versions(refOf(service));
  const text = (at: number) => JSON.stringify(asKind(versions[at]?.object, "Service")?.spec.selector);
  for (let i = versions.length - 1; i > 0; i--) if (text(i) !== text(i - 1)) return versions[i]?.at;
  return undefined;
}

/**
 * Services without anything behind them. Source: selector, pods and workload templates. Two cases: the selector matches no
 * pod and no workload although it was changed, or the Service had some before or bears the name of one (the Service or the
 * labels are wrong); its workloads should have pods, but none is ready for longer than a start takes. Not a fault: no
 * selector or ExternalName, one that publishes pods that are not ready, workloads at zero replicas (own detector), a
 * DaemonSet without nodes, a Job that has ended, a pod that serves until it ends, the gap of a Recreate rollout, a Service
 * made before its workload.
 */
export function serviceEndpoints(): Detector {
  const since = new Map<string, number>();
  return {
    name: "service-endpoints",
    family: "state",
    nature: "fault",
    *detect(context: DetectContext): Iterable<Finding> {
      const { observation, now } = context;
      const open = new Set<string>();
      const hold = (key: string, from: number, ms: number) => {
        open.add(key);
        const start = since.get(key) ?? from;
        since.set(key, start);
        return now - start >= ms ? start : undefined;
      };
      for (const service of observation.objects.list("Service")) {
        const { selector, type } = service.spec;
        if (!selector || Object.keys(selector).length === 0 || type === "ExternalName") continue;
        const { namespace, name } = service.metadata;
        const ref = refOf(service);
        const behind = context.podsSelected(namespace, selector);
        const isEndpoint = (pod: Pod) =>
          isCurrent(pod) ? service.spec.publishNotReadyAddresses === true || isReady(pod) : stillServes(pod, now);
        if (behind.some(isEndpoint)) continue;
        const { matched } = backingOf(service, context);
        const text = Object.entries(selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(",");
        if (matched.length === 0 && behind.length === 0) {
          const before = context.topology().workloadsBehind(ref);
          const changedAt = selectorChangedAt(service, context);
          if (before.length === 0 && changedAt === undefined) continue;
          const start = hold(`${refKey(ref)}/mismatch`, changedAt ?? now, mismatchHoldMs);
          if (start === undefined) continue;
          yield {
            reason: "SelectorMatchesNothing",
            target: ref,
            severity: "high",
            headline: "selects no pods",
            summary: `Service ${name} selects ${text}, which no pod and no workload carries${before.length > 0 ? `; before, it served ${before.map((one) => one.name).join(", ")}` : ""}`,
            startsAt: start,
            related: before,
          };
        } else if (matched.some(({ replicas }) => replicas > 0)) {
          const start = hold(`${refKey(ref)}/empty`, now, Math.max(emptyHoldMs, ...behind.map(startAllowanceMs)));
          if (start === undefined) continue;
          const first = matched.find(({ replicas }) => replicas > 0);
          yield {
            reason: "NoReadyEndpoints",
            nature: "symptom",
            target: first?.ref ?? ref,
            seenOn: ref,
            severity: "high",
            headline: "has no ready pod behind its service",
            summary: `Service ${name} (${text}) has no ready endpoint for ${duration(now - start)}`,
            startsAt: start,
            related: [ref],
          };
        }
      }
      for (const key of since.keys()) if (!open.has(key)) since.delete(key);
    },
  };
}
