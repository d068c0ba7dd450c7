import { refOf } from "../../cluster/object-store.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { containersOf, isCurrent } from "./container-states.ts";
import { hasSettled } from "./restart-memory.ts";

/** A kill this long ago that the container has outlived is history; what ails its pod now is told by others. */
const outlivedMs = 15 * 60_000;

/**
 * Containers that the kernel killed for exceeding their memory limit. Source: `state` / `lastState.terminated.reason`
 * OOMKilled; there is no event. One kill is enough. It stays until the pod is gone or has served for ten minutes, because
 * a leak takes a while to fill the limit again. Not a fault: a kill that the container has outlived by a quarter of an hour.
 */
export const podOom = defineDetector({
  name: "pod-oom",
  family: "state",
  nature: "fault",
  *detect({ pods, ownerOf, now }): Iterable<Finding> {
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const job = pod.spec.restartPolicy === "Never" && pod.status?.phase === "Failed";
      if (!isCurrent(pod) && !job) continue;
      for (const { status, spec } of containersOf(pod)) {
        const ended = [status.state?.terminated, status.lastState?.terminated].find(
          (one) => one?.reason === "OOMKilled",
        );
        if (!ended || hasSettled(pod, now, 10 * 60_000)) continue;
        const endedAt = timeOf(ended.finishedAt, now);
        if (status.state?.running && now - endedAt > outlivedMs) continue;
        if (job && now - endedAt > 15 * 60_000) continue;
        const limit = spec?.resources?.limits?.memory;
        yield {
          reason: "OOMKilled",
          target: ownerOf(pod),
          seenOn: refOf(pod),
          detail: status.name,
          severity: "high",
          headline: "is killed for exceeding its memory limit",
          summary: `Container ${status.name} of pod ${pod.metadata.name} was OOMKilled${limit ? ` at its limit of ${limit}` : ""} and was restarted ${status.restartCount === 1 ? "once" : `${status.restartCount} times`}`,
          startsAt: endedAt,
          value: status.restartCount,
          unit: "restarts",
        };
      }
    }
  },
});
