import { makeRef } from "../../incident/object-ref.ts";
import type { Finding } from "../detector.ts";
import { isEndOfNamespace, refusalOf } from "../state/refusal.ts";
import { defineEventDetector } from "./event-detector.ts";

const kinds = new Set(["StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"]);
const recentMs = 5 * 60_000;

/**
 * Controllers that report FailedCreate and have no condition that would say so (StatefulSet, DaemonSet, Job); also a
 * ReplicaSet before its condition is set. Not a fault: an event older than five minutes, an owner that is gone or has all
 * its pods, a namespace that is being deleted.
 */
export const createRefused = defineEventDetector({
  name: "create-refused",
  nature: "fault",
  *detect({ events, observation, ownerOf, now }): Iterable<Finding> {
    for (const event of events) {
      if (event.reason !== "FailedCreate" || !kinds.has(event.about.kind) || now - event.at > recentMs) continue;
      if (isEndOfNamespace(event.message)) continue;
      const object = observation.objects.get(event.about.kind, event.about.namespace, event.about.name);
      if (!object) continue;
      const spec = (object.spec ?? {}) as { replicas?: number };
      const status = (object.status ?? {}) as {
        replicas?: number;
        desiredNumberScheduled?: number;
        currentNumberScheduled?: number;
        active?: number;
        succeeded?: number;
      };
      const has = status.replicas ?? status.currentNumberScheduled ?? (status.active ?? 0) + (status.succeeded ?? 0);
      const wants =
        object.kind === "DaemonSet"
          ? (status.desiredNumberScheduled ?? 1)
          : object.kind === "Job" || object.kind === "CronJob"
            ? 1
            : (spec.replicas ?? 1);
      if (has >= wants) continue;
      const owner = ownerOf(object);
      yield {
        ...refusalOf(event.message, owner, makeRef(object.kind, object.metadata.namespace, object.metadata.name)),
        startsAt: event.firstAt,
        value: event.count,
        unit: "events",
      };
    }
  },
});
