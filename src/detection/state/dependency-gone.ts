import { asWorkload, type Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding } from "../detector.ts";
import { isCurrent, isReady } from "./container-states.ts";

/** A deletion is followed by its re-creation within this time when it was a replacement. */
const replaceMs = 8_000;
/** What was deleted longer ago and is not missed by now was retired. */
const recentMs = 60 * 60_000;

function runningCallers(ref: ObjectRef, { topology, podsOf }: DetectContext): readonly ObjectRef[] {
  return topology()
    .dependentsOf(ref, 1)
    .filter((caller) => !sameRef(caller, ref) && podsOf(caller).some(isCurrent));
}

/** Who calls what stood behind a deleted Service by that Service, and not by another one that is still there. */
function callersThrough(
  service: ObjectRef,
  behind: readonly ObjectRef[],
  { observation, topology, podsOf }: DetectContext,
): readonly ObjectRef[] {
  const isThere = (other: ObjectRef) => observation.objects.find(other)?.deletedAt === undefined;
  const callers = topology().calls.filter(
    ({ from, to, service: by }) =>
      behind.some((workload) => sameRef(workload, to)) &&
      !sameRef(from, to) &&
      (by === undefined || sameRef(by, service) || !isThere(by)) &&
      podsOf(from).some(isCurrent),
  );
  return uniqueRefs(callers.map(({ from }) => from));
}

const names = (refs: readonly ObjectRef[]) => refs.map(({ name }) => name).join(", ");

/** When `spec.replicas` went to 0 while the watch ran (ms); undefined when it was there all along. */
function scaledDownAt(workload: Workload, { observation }: DetectContext): number | undefined {
  const versions = observation.objects.versions(refOf(workload));
  return versions.findLast(({ object }, i) => {
    const before = asWorkload(versions[i - 1]?.object);
    return asWorkload(object)?.spec.replicas === 0 && before !== undefined && before.spec.replicas !== 0;
  })?.at;
}

/** Knative has no autoscaler of Kubernetes': its activator holds requests until the workload is back. */
const ofKnative = "serving.knative.dev/revision";
/** kube-downscaler writes down how many there were before the night. */
const ofDownscaler = "downscaler/original-replicas";

/** Who scales by events, or by the hour, takes workloads to zero when there is nothing to do, and brings them back (KEDA; an HPA from 0). */
function isScaledByEvents({ kind, metadata }: Workload, { observation }: DetectContext): boolean {
  if (metadata.labels?.[ofKnative] !== undefined || metadata.annotations?.[ofDownscaler] !== undefined) return true;
  return observation.objects
    .list("HorizontalPodAutoscaler", metadata.namespace)
    .some(
      ({ metadata: { labels, ownerReferences }, spec }) =>
        spec.scaleTargetRef.kind === kind &&
        spec.scaleTargetRef.name === metadata.name &&
        (spec.minReplicas === 0 ||
          labels?.["scaledobject.keda.sh/name"] !== undefined ||
          ownerReferences?.some((owner) => owner.kind === "ScaledObject") === true),
    );
}

/** Others stand behind every Service that it stood behind, and serve: a canary that was taken out, an old version that was replaced. */
function othersServe(ref: ObjectRef, { topology, podsOf }: DetectContext): boolean {
  const services = topology().servicesOf(ref);
  const serves = (workload: ObjectRef) => !sameRef(workload, ref) && podsOf(workload).some(isReady);
  return services.length > 0 && services.every((service) => topology().selectedNow(service).some(serves));
}

/** Traffic this shortly before the end shows that somebody needs it, even when nobody knows who. */
const servedMs = 2 * 60_000;

/** Users called it from outside: it served until it went, and what it calls still runs (nobody put the shop to sleep). */
function servedUsers(ref: ObjectRef, downAt: number, { observation, topology, podsOf }: DetectContext): boolean {
  if (topology().servicesOf(ref).length === 0) return false;
  const rate = observation.series.get("requests_per_second", { namespace: ref.namespace ?? "", workload: ref.name });
  if (!rate || !observation.series.window(rate, downAt - servedMs, downAt).some(({ value }) => value > 0)) return false;
  return topology()
    .dependenciesOf(ref, 1)
    .some((callee) => podsOf(callee).some(isCurrent));
}

/**
 * A workload that others call was scaled to zero or deleted, or the Service before it was deleted. Source: `spec.replicas`
 * and deletions while the watch runs, running callers in the topology or requests until then. Not a fault: a workload that nobody calls, one that
 * was at zero all along, one that is scaled by events, one of several behind the same Service, callers that are at zero as well (a namespace put to sleep), a deletion followed by a re-creation, a second Service before workloads that callers reach by another.
 */
export const dependencyGone = defineDetector({
  name: "dependency-gone",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { objects } = context.observation;
    for (const kind of ["Deployment", "StatefulSet"] as const) {
      for (const workload of objects.list(kind)) {
        const downAt = workload.spec.replicas === 0 ? scaledDownAt(workload, context) : undefined;
        if (downAt === undefined || isScaledByEvents(workload, context)) continue;
        const target = refOf(workload);
        if (othersServe(target, context)) continue;
        const callers = runningCallers(target, context);
        if (callers.length === 0 && !servedUsers(target, downAt, context)) continue;
        yield {
          reason: "ScaledToZero",
          target,
          severity: "high",
          headline: "was scaled to zero while others need it",
          summary: `${kind} ${target.name} was scaled to 0 replicas, and ${callers.length === 0 ? "users call it" : `${names(callers)} call${callers.length === 1 ? "s" : ""} it`}`,
          startsAt: downAt,
          value: 0,
          unit: "replicas",
        };
      }
    }
    for (const kind of ["Deployment", "StatefulSet", "Service"] as const) {
      for (const { object, deletedAt } of objects.deleted(kind)) {
        const age = context.now - deletedAt;
        if (age < replaceMs || age > recentMs) continue;
        const target = refOf(object);
        if (kind !== "Service" && othersServe(target, context)) continue;
        const behind = kind === "Service" ? context.topology().workloadsBehind(target) : [target];
        const callers = kind === "Service" ? callersThrough(target, behind, context) : runningCallers(target, context);
        if (callers.length === 0) continue;
        yield {
          reason: "Deleted",
          target,
          severity: "high",
          headline: "was deleted while others need it",
          summary: `${kind} ${target.name} was deleted, and ${names(callers)} call${callers.length === 1 ? "s" : ""} it`,
          startsAt: deletedAt,
          related: kind === "Service" ? behind : [],
        };
      }
    }
  },
});
