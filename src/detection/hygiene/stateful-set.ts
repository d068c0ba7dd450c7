import { refOf } from "../../cluster/object-store.ts";
import { type HygieneCheck, isOurs } from "./finding.ts";

/** StatefulSets whose governing Service is not there or has an address of its own: their pods have no names of their own. */
export const statefulSets: HygieneCheck = function* (observation) {
  for (const set of observation.objects.list("StatefulSet").filter(isOurs)) {
    const { namespace, name } = set.metadata;
    const { serviceName } = set.spec;
    if (!serviceName || observation.objects.list("Service").length === 0) continue;
    const service = observation.objects.get("Service", namespace, serviceName);
    if (service?.spec.clusterIP === "None") continue;
    yield {
      code: service ? "stateful-set-service-not-headless" : "stateful-set-without-service",
      target: refOf(set),
      level: service ? "untidy" : "risk",
      text: service
        ? `Service ${serviceName} of StatefulSet ${name} is not headless, so that its pods have no names of their own`
        : `StatefulSet ${name} names Service ${serviceName}, which does not exist, so that its pods have no names`,
      advice: `Create Service ${serviceName} with clusterIP None and the selector of the set.`,
    };
  }
};
