import { asKind, type ContainerStatus, type Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, isLost, isSidecar, short } from "./container-states.ts";
import { hasSettled } from "./restart-memory.ts";

/** Crashes further apart than this are not one loop; the kubelet's own back-off ends at five minutes. */
const apartMs = 12 * 60_000;

/** A run this long before a crash makes it a lone one, whatever the count of restarts in a life of months. */
const longRunMs = 60 * 60_000;

/** The first end may be one that the kubelet is just about to mend. */
const atOnceMs = 2_000;
/** Since it runs again this long, it is over. */
const overMs = 15 * 60_000;
/** Of what was over when the watch began, this much service is enough. */
const servedMs = 60_000;
/** An event of a kill by a probe explains ends for this long. */
const probeKillMs = 10 * 60_000;

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

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

/** Ends of which other detectors tell. */
const toldElsewhere: ReadonlySet<string | undefined> = new Set(["OOMKilled", "StartError", "ContainerCannotRun"]);

/** The end of its last life, or of the one before; undefined where it tells nothing of a crash. */
function endOf(status: ContainerStatus): Terminated | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  return ended && !toldElsewhere.has(ended.reason) && !isLost(ended) ? ended : undefined;
}

/** It ended with an error, and is down or has done so again: a lone crash is forgiven when the container is back. */
function isCrashing(status: ContainerStatus, ended: Terminated, now: number): boolean {
  const isDown = !status.state?.running;
  const backsOff = status.state?.waiting?.reason === "CrashLoopBackOff";
  if (ended.exitCode === 0 && !backsOff) return false;
  const endedAt = timeOf(ended.finishedAt, now);
  const ranMs = endedAt - timeOf(ended.startedAt, endedAt);
  const isLone = status.restartCount < 2 || ranMs >= longRunMs;
  if (isLone && !backsOff && !isDown) return false;
  if (status.restartCount === 0 && now - endedAt < atOnceMs) return false;
  return isDown || now - endedAt <= overMs;
}

/** It ended before anybody watched, as what starts before its database does, and has served since. */
function isBygone(pod: Pod, endedAt: number, { observation, now }: DetectContext): boolean {
  const [first] = observation.objects.versions(refOf(pod));
  return first !== undefined && endedAt < first.at && hasSettled(pod, now, servedMs);
}

/** The kubelet has ended a container of it for a probe. */
function isKilledByProbe(pod: Pod, { observation, now }: DetectContext): boolean {
  return observation.events
    .about(refOf(pod))
    .some(
      ({ at, reason, message }) =>
        now - at < probeKillMs && reason === "Killing" && /failed (liveness|startup) probe/.test(message),
    );
}

/**
 * Containers that end with an error, or too often, and are restarted. Source: `state`, `lastState` and `restartCount`: the
 * waiting reason CrashLoopBackOff is visible for moments only, so restarts count. Not a fault: exit 0 before the kubelet backs
 * off, a container that was told to stop because its pod is being deleted, one single crash after which it serves again, also
 * in a long life that has seen others, crashes before the watch after which it has served for a minute, containers that went down with their node, init containers (own detector), OOM kills
 * (own detector), kills by a liveness or start-up probe (seen in events), jobs (own detector).
 */
export const podCrash = defineDetector({
  name: "pod-crash",
  family: "state",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { pods, ownerOf, now } = context;
    for (const pod of pods) {
      if (!isCurrent(pod) || pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure") continue;
      for (const container of containersOf(pod)) {
        const { status, init } = container;
        if (init && !isSidecar(container)) continue;
        const ended = endOf(status);
        if (!ended || !isCrashing(status, ended, now)) continue;
        if (hasSettled(pod, now) || isKilledByProbe(pod, context)) continue;
        const endedAt = timeOf(ended.finishedAt, now);
        if (isBygone(pod, endedAt, context)) continue;
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
