import { foreignOoms, isWithin } from "../../cluster/foreign-ooms.ts";
import type { Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { defineEventDetector } from "./event-detector.ts";

// Warnings that no state shows. What a detector of its own reads (probes, images, scheduling, mounts) is not here, and
// neither is what Kubernetes says in passing (FailedDelete, FailedGetScale, DNSConfigForming).
const headlines: Readonly<Record<string, string>> = {
  FailedCreatePodSandBox: "has pods that get no network or sandbox",
  NetworkNotReady: "has pods whose node has no network",
  FailedPreStopHook: "has a pre-stop hook that fails",
  FailedKillPod: "has pods that cannot be killed",
  FailedSync: "has pods that the kubelet cannot synchronise",
  SystemOOM: "ran out of memory",
  ImageGCFailed: "cannot free space taken by images",
  FreeDiskSpaceFailed: "cannot free disk space",
  EvictionThresholdMet: "starts to evict pods",
  ProvisioningFailed: "cannot be provisioned",
  FailedBinding: "cannot be bound",
  SyncLoadBalancerFailed: "gets no load balancer",
};
const atLeast = 3;
const recentMs = 5 * 60_000;
/** A kubelet tells of a kill before the pod's status does. */
const toldLaterMs = 15_000;

/**
 * Warnings of the kinds above that come again and again. It goes when none has come for five minutes or the object is gone.
 * Not a fault of the node: memory kills of containers that met their own limit, and old ones that a starting kubelet reports.
 */
export const repeatedWarning = defineEventDetector({
  name: "repeated-warning",
  nature: "failure",
  *detect({ events, observation, ownerOf, now }): Iterable<Finding> {
    for (const event of events) {
      const headline = headlines[event.reason];
      if (headline === undefined || !event.warning || event.count < atLeast || now - event.at > recentMs) continue;
      const object = observation.objects.get(event.about.kind, event.about.namespace, event.about.name);
      if (!object) continue;
      if (event.reason === "SystemOOM") {
        if (now - event.at < toldLaterMs) continue;
        if (isWithin(foreignOoms(observation, event.about), event.at)) continue;
      }
      yield {
        reason: event.reason,
        target: ownerOf(object),
        seenOn: event.about,
        severity: "medium",
        headline,
        summary: `${event.about.kind} ${event.about.name}: ${event.reason} ${event.count} times: ${short(event.message, 220)}`,
        startsAt: event.firstAt,
        value: event.count,
        unit: "events",
      };
    }
  },
});
