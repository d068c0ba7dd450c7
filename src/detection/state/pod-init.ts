import type { ContainerStatus } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, isLost, isSidecar, short } from "./container-states.ts";

/** How a container ended last, when that was an error of its own. */
function errorOf({ state, lastState }: ContainerStatus) {
  const ended = state?.terminated ?? lastState?.terminated;
  return !ended || ended.exitCode === 0 || ended.reason === "StartError" || isLost(ended) ? undefined : ended;
}

/** The first attempt may come too early for what it waits for; the restart after it has no delay. */
function keepsFailing({ state, restartCount }: ContainerStatus, endedAt: number, now: number): boolean {
  if (restartCount >= 2) return true;
  if (state?.running) return false;
  return restartCount >= 1 || now - endedAt >= 5_000;
}

/**
 * Init containers that fail. Source: `initContainerStatuses`: terminated with an exit code, or waiting in
 * CrashLoopBackOff. Not a fault: an init container that runs or waits for its turn, also for minutes; one that failed
 * once and then succeeded, or went down with its node; a sidecar, which is judged as what runs beside the others.
 */
export const podInit = defineDetector({
  name: "pod-init",
  family: "state",
  nature: "failure",
  *detect({ pods, ownerOf, now }): Iterable<Finding> {
    for (const pod of pods) {
      if (!isCurrent(pod)) continue;
      for (const container of containersOf(pod)) {
        const { status, init } = container;
        if (!init || isSidecar(container)) continue;
        const { restartCount } = status;
        const ended = errorOf(status);
        const endedAt = timeOf(ended?.finishedAt, now);
        if (!ended || !keepsFailing(status, endedAt, now)) continue;
        yield {
          reason: "InitContainerFailed",
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: `has an init container that fails (${status.name})`,
          summary: `Init container ${status.name} of pod ${pod.metadata.name} ended with exit code ${ended.exitCode} (${ended.reason ?? "Error"}), ${restartCount} restarts${ended.message ? `: ${short(ended.message)}` : ""}`,
          startsAt: restartCount <= 1 ? endedAt : timeOf(pod.metadata.creationTimestamp, now),
          value: restartCount,
          unit: "restarts",
        };
      }
    }
  },
});
