import { webhookKinds } from "../../cluster/kinds/policy.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { HygieneCheck } from "./finding.ts";

/** Webhooks that may be skipped, and always are: their service does not exist. Those that may not are an incident. */
export const webhooks: HygieneCheck = function* (observation) {
  for (const kind of webhookKinds) {
    for (const configuration of observation.objects.list(kind)) {
      for (const { name = "", failurePolicy, clientConfig } of configuration.webhooks ?? []) {
        const { namespace, name: service } = clientConfig?.service ?? {};
        if (failurePolicy !== "Ignore" || !namespace || !service) continue;
        if (observation.objects.list("Service", namespace).length === 0) continue;
        if (observation.objects.get("Service", namespace, service)) continue;
        yield {
          code: "webhook-never-asked",
          target: refOf(configuration),
          level: "untidy",
          text: `webhook ${name} is never asked: Service ${namespace}/${service} does not exist`,
          advice: "Restore its service, or delete the webhook.",
        };
      }
    }
  }
};
