import { webhookKinds } from "../../cluster/kinds/policy.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef, type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { isReady } from "./container-states.ts";

/** Longer than a restart of its only pod takes. */
const holdMs = 60_000;

/** Why a call to the Service must fail; undefined when it has a ready pod, or cannot be judged. */
function unreachable(service: ObjectRef, context: DetectContext): string | undefined {
  const { objects } = context.observation;
  const found = objects.get("Service", service.namespace, service.name);
  if (!found) {
    // A namespace of which nothing is seen is not watched.
    return objects.list("Service", service.namespace).length > 0 || objects.find(service)
      ? "does not exist"
      : undefined;
  }
  const { selector, type } = found.spec;
  if (!selector || Object.keys(selector).length === 0 || type === "ExternalName") return undefined;
  return context.podsSelected(service.namespace, selector).some(isReady) ? undefined : "has no ready pod";
}

/**
 * Admission webhooks that must answer and cannot: every change that they cover is refused. Source: the Service of a webhook
 * with failure policy Fail against Services and pods. Not a fault: failure policy Ignore, no rule, a webhook called by URL, the minute
 * that a restart takes, namespaces that are not watched.
 */
export function webhookService(): Detector {
  const since = new Map<string, number>();
  return {
    name: "webhook-service",
    family: "state",
    nature: "failure",
    *detect(context: DetectContext): Iterable<Finding> {
      const { observation, now } = context;
      const open = new Set<string>();
      for (const kind of webhookKinds) {
        for (const configuration of observation.objects.list(kind)) {
          const told = new Set<string>();
          for (const { name = "", failurePolicy = "Fail", clientConfig, rules = [] } of configuration.webhooks ?? []) {
            const { namespace, name: serviceName } = clientConfig?.service ?? {};
            // Without a rule it is asked about nothing.
            if (failurePolicy !== "Fail" || rules.length === 0 || !namespace || !serviceName) continue;
            const service = makeRef("Service", namespace, serviceName);
            if (told.has(refKey(service))) continue;
            const why = unreachable(service, context);
            if (why === undefined) continue;
            told.add(refKey(service));
            const key = `${kind}/${configuration.metadata.name}/${namespace}/${serviceName}`;
            open.add(key);
            const start = since.get(key) ?? now;
            since.set(key, start);
            if (now - start < holdMs) continue;
            yield {
              reason: "WebhookUnreachable",
              target: refOf(configuration),
              detail: serviceName,
              severity: "high",
              headline: "makes the API server refuse changes: its service does not answer",
              summary: `${kind} ${configuration.metadata.name} (${name}) must be asked, and Service ${namespace}/${serviceName} ${why}`,
              startsAt: start,
              blames: [service, ...context.topology().workloadsBehind(service)],
            };
          }
        }
      }
      for (const key of since.keys()) if (!open.has(key)) since.delete(key);
    },
  };
}
