import { asKind, type Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, isLost, isSidecar, short } from "./container-states.ts";
import { hasSettled } from "./restart-memory.ts";

/** Crashes further apart than this are not one loop; the kubelet's own back-off ends at five minutes. */
const apartMs = 12 * 60_000;

/** A run this long before a crash makes it a lone one, whatever the count of restarts in a life of months. */
const longRunMs = 60 * 60_000;

/** The first crash of the loop that the last one, at `endedAt`, belongs to, as far as the watch has seen it. */
function loopSince(pod: Pod, container: string, endedAt: number, { observation }: DetectContext): number {
  const ends = new Set<number>([endedAt]);
  for (const { object } of observation.objects.versions(refOf(pod))) {
    const { containerStatuses = [], initContainerStatuses = [] } = asKind(object, "Pod")?.status ?? {};
    const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
    for (const end of [status?.state?.terminated, status?.lastState?.terminated])
      if (end && end.exitCode !== 0) ends.add(timeOf(end.finishedAt, endedAt));
  }
  let since = endedAt;
  for (const end of [...ends].sort((a, b) => b - a)) if (end < since && since - end <= apartMs) since = end;
  return since;
}

/**
 * Containers that end with an error and are restarted. Source: `state`, `lastState` and `restartCount`: the waiting reason
 * CrashLoopBackOff is visible for moments only, so restarts count. Not a fault: exit 0, a container that was told to stop
 * because its pod is being deleted, one single crash after which it serves again, also in a long life that has seen others,
 * containers that went down with their node, init containers (own detector), OOM kills (own detector), kills by a liveness probe (seen in events), jobs (own detector).
 */
export const podCrash = defineDetector({
  name: "pod-crash",
  family: "state",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { pods, ownerOf, now, observation } = context;
    for (const pod of pods) {
      if (!isCurrent(pod) || pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure") continue;
      for (const container of containersOf(pod)) {
        const { status, init } = container;
        if (init && !isSidecar(container)) continue;
        const ended = status.state?.terminated ?? status.lastState?.terminated;
        const backOff = status.state?.waiting?.reason === "CrashLoopBackOff";
        if (
          !ended ||
          ended.reason === "OOMKilled" ||
          isLost(ended) ||
          ended.reason === "StartError" ||
          ended.reason === "ContainerCannotRun"
        )
          continue;
        const endedAt = timeOf(ended.finishedAt, now);
        const down = !status.state?.running;
        const failed = ended.exitCode !== 0 || backOff;
        if (!failed || hasSettled(pod, now)) continue;
        // A lone crash is forgiven when the container is back and its pod serves.
        const ranMs = endedAt - timeOf(ended.startedAt, endedAt);
        if ((status.restartCount < 2 || ranMs >= longRunMs) && !backOff && !down) continue;
        if (status.restartCount === 0 && now - endedAt < 2_000) continue;
        if (now - endedAt > 15 * 60_000 && !down) continue;
        const killed = observation.events
          .about(refOf(pod))
          .some(
            ({ at, reason, message }) =>
              now - at < 10 * 60_000 && reason === "Killing" && /failed (liveness|startup) probe/.test(message),
          );
        if (killed) continue;
        const loop = status.restartCount >= 1;
        yield {
          reason: "CrashLoopBackOff",
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: loop ? "keeps crashing" : "crashes at start",
          summary: `Container ${status.name} of pod ${pod.metadata.name} ended with exit code ${ended.exitCode} (${ended.reason ?? "Error"}) and was restarted ${status.restartCount === 1 ? "once" : `${status.restartCount} times`}${ended.message ? `: ${short(ended.message)}` : ""}`,
          startsAt: loopSince(pod, status.name, endedAt, context),
          value: status.restartCount,
          unit: "restarts",
        };
      }
    }
  },
});
