import { hostsInFailure } from "../../cluster/host-names.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { isUnaccounted } from "../../cluster/unaccounted.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type GroupContext, workloadsOf } from "./group-context.ts";

/** A rollout this long before the first failure may have brought it; clocks and samples differ by the rest (ms). */
const rolloutMs = 5 * 60_000;
const slackMs = 15_000;
const recentLogsMs = 2 * 60_000;

/** What a rollout would change; a mere restart changes nothing. */
export function templateText(object: KubeObject): string {
  const { metadata, spec } = templateOf(object) ?? {};
  const { "kubectl.kubernetes.io/restartedAt": _restartedAt, ...annotations } = metadata?.annotations ?? {};
  return canonicalJson({ annotations, labels: metadata?.labels ?? {}, spec });
}

/** Was what the workload runs changed shortly before? */
function rolledOutBefore(workload: ObjectRef, at: number, { observation }: GroupContext): boolean {
  const versions = observation.objects.versions(workload);
  return versions.some((version, i) => {
    const before = versions[i - 1];
    if (!before || version.at < at - rolloutMs || version.at > at + slackMs) return false;
    return templateText(version.object) !== templateText(before.object);
  });
}

/** Failures that nobody else brings about by not answering. */
const unprovoked = new Set(["OOMKilled", "cpu-throttling"]);

/** Does the log of who failed speak of failing calls to one of these? Then its failure is theirs. */
function complainsOf(
  { anomaly }: LiveAnomaly,
  workload: ObjectRef,
  others: readonly ObjectRef[],
  { observation, topology, now }: GroupContext,
): boolean {
  const namespace = workload.namespace ?? "";
  const pods = anomaly.seenOn?.kind === "Pod" ? [anomaly.seenOn.name] : topology.podNamesOf(workload).slice(0, 5);
  return pods.some((pod) =>
    observation.logs
      .lines({ namespace, pod, from: now - recentLogsMs })
      .slice(-100)
      .flatMap(({ line }) => hostsInFailure(line))
      .some((host) =>
        topology.resolveHost(namespace, host).workloads.some((ref) => others.some((other) => sameRef(ref, other))),
      ),
  );
}

/**
 * Does a workload in trouble have a reason of its own, though it calls others that are in trouble as well? A fault; a failure
 * that came with its own rollout and of which its log blames nobody else; errors and slowness that its calls to them do not
 * account for. Without such proof it is taken to suffer from them.
 */
export function hasOwnReason(live: LiveAnomaly, others: readonly ObjectRef[], context: GroupContext): boolean {
  const { anomaly, nature, fading } = live;
  const [workload] = workloadsOf(anomaly.target, context);
  if (!workload || fading) return false;
  if (nature === "fault") return true;
  if (nature === "failure")
    return (
      rolledOutBefore(workload, anomaly.startsAt, context) &&
      (unprovoked.has(anomaly.reason) || !complainsOf(live, workload, others, context))
    );
  return isUnaccounted(anomaly, workload, others, context);
}
