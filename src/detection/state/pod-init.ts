import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent, isLost, isSidecar, short } from "./container-states.ts";

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
        const { state, lastState, restartCount } = status;
        if (state?.terminated?.exitCode === 0) continue;
        const ended = state?.terminated ?? lastState?.terminated;
        if (!ended || ended.exitCode === 0 || ended.reason === "StartError" || isLost(ended)) continue;
        // The first attempt may come too early for what it waits for; the restart after it has no delay.
        const again = restartCount >= 2 || (restartCount >= 1 && !state?.running);
        if (!again && (state?.running || now - timeOf(ended.finishedAt, now) < 5_000)) continue;
        yield {
          reason: "InitContainerFailed",
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: `has an init container that fails (${status.name})`,
          summary: `Init container ${status.name} of pod ${pod.metadata.name} ended with exit code ${ended.exitCode} (${ended.reason ?? "Error"}), ${restartCount} restarts${ended.message ? `: ${short(ended.message)}` : ""}`,
          startsAt: restartCount <= 1 ? timeOf(ended.finishedAt, now) : timeOf(pod.metadata.creationTimestamp, now),
          value: restartCount,
          unit: "restarts",
        };
      }
    }
  },
});
