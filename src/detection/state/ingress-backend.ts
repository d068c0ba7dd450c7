import { backendsOf } from "../../cluster/kinds/network.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";

/** A Service that is replaced is back within moments. */
const replaceMs = 8_000;

/**
 * Ingresses that send traffic to a Service that does not exist. Source: backends of the rules. Not a fault: an ingress made
 * a moment before its Service, a Service that is replaced; a cluster whose Services are not watched.
 */
export const ingressBackend = defineDetector({
  name: "ingress-backend",
  family: "state",
  nature: "fault",
  *detect({ observation, now }): Iterable<Finding> {
    if (observation.objects.list("Service").length === 0) return;
    for (const ingress of observation.objects.list("Ingress")) {
      const { namespace, name, creationTimestamp } = ingress.metadata;
      if (now - timeOf(creationTimestamp, 0) < 60_000) continue;
      for (const service of new Set(backendsOf(ingress).flatMap((backend) => backend.service?.name ?? []))) {
        if (observation.objects.get("Service", namespace, service)) continue;
        const deletedAt = observation.objects.find(makeRef("Service", namespace, service))?.deletedAt;
        if (deletedAt !== undefined && now - deletedAt < replaceMs) continue;
        yield {
          reason: "BackendMissing",
          target: refOf(ingress),
          detail: service,
          severity: "high",
          headline: `sends traffic to Service ${service}, which does not exist`,
          summary: `Ingress ${name} names Service ${service}, which does not exist`,
          startsAt: deletedAt ?? now,
        };
      }
    }
  },
});
