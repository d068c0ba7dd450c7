import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Finding } from "../detector.ts";
import { isCurrent, isReady, short } from "../state/container-states.ts";
import { stableMs } from "../state/restart-memory.ts";
import { defineEventDetector } from "./event-detector.ts";

/**
 * Containers that the kubelet kills because a liveness or start-up probe fails. Source: event Killing with "failed
 * liveness probe". It stays until the pod is gone or three minutes pass without a kill; six after several, which come
 * further and further apart. Not a fault: single failed probes below the threshold, a kill because the pod is deleted.
 */
export const probeKill = defineEventDetector({
  name: "probe-kill",
  nature: "failure",
  *detect({ events, observation, ownerOf, now }): Iterable<Finding> {
    for (const event of events) {
      const match = event.reason === "Killing" ? /failed (liveness|startup) probe/.exec(event.message) : null;
      if (!match || now - event.at > Math.max(stableMs, event.count > 1 ? 6 * 60_000 : 0)) continue;
      const pod = observation.objects.get("Pod", event.about.namespace, event.about.name);
      if (!isKind(pod, "Pod") || !isCurrent(pod)) continue;
      const last = observation.events
        .about(event.about)
        .findLast((one) => one.reason === "Unhealthy" && /^(Liveness|Startup)/.test(one.message));
      yield {
        reason: match[1] === "startup" ? "StartupProbeKill" : "LivenessKill",
        target: ownerOf(pod),
        seenOn: event.about,
        severity: "high",
        headline: `is killed by its ${match[1] === "startup" ? "start-up" : "liveness"} probe`,
        summary: `The kubelet killed a container of pod ${event.about.name} ${event.count} times: ${short(last?.message ?? event.message, 220)}`,
        startsAt: Math.min(event.firstAt, last?.firstAt ?? event.firstAt),
        value: event.count,
        unit: "kills",
      };
    }
  },
});

/** 408, 425 and 429 ask for patience; the other 4xx say that the request itself is wrong. */
const refused = /Readiness probe failed:.*statuscode: (4(?!08|25|29)\d\d)/;

/**
 * Readiness probes that are answered with "no such page" or "not allowed": waiting does not help, unlike with refused
 * connections and 503, which are normal while a container starts. Source: event Unhealthy. It goes when the pod is ready.
 */
export const probeRefused = defineEventDetector({
  name: "probe-refused",
  nature: "fault",
  *detect({ events, observation, ownerOf, now }): Iterable<Finding> {
    for (const event of events) {
      const status = event.reason === "Unhealthy" ? refused.exec(event.message)?.[1] : undefined;
      if (status === undefined || (event.count < 2 && now - event.firstAt < 2_000)) continue;
      const pod = observation.objects.get("Pod", event.about.namespace, event.about.name);
      if (!isKind(pod, "Pod") || !isCurrent(pod) || isReady(pod)) continue;
      yield {
        reason: "ReadinessProbeRefused",
        target: ownerOf(pod),
        seenOn: event.about,
        severity: "high",
        headline: `has a readiness probe that is answered with ${status}`,
        summary: `The readiness probe of pod ${event.about.name} failed ${event.count} times: ${short(event.message, 220)}`,
        startsAt: event.firstAt,
        value: event.count,
        unit: "probes",
      };
    }
  },
});
