import { refOf } from "../../cluster/object-store.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type HygieneCheck, isOurs, ourWorkloads } from "./finding.ts";

/** Network policies that select nothing: they protect nobody. */
export const networkPolicies: HygieneCheck = function* (observation) {
  for (const policy of observation.objects.list("NetworkPolicy").filter(isOurs)) {
    const { namespace, name } = policy.metadata;
    const selector = policy.spec?.podSelector;
    // An empty selector means every pod there is and will be.
    if (!selector || Object.keys(selector).length === 0) continue;
    const selected =
      ourWorkloads(observation).some(
        (workload) =>
          workload.metadata.namespace === namespace &&
          matchesSelector(selector, templateOf(workload)?.metadata?.labels),
      ) ||
      observation.objects.list("Pod", namespace).some(({ metadata }) => matchesSelector(selector, metadata.labels));
    if (selected) continue;
    yield {
      code: "network-policy-selects-nothing",
      target: refOf(policy),
      level: "risk",
      text: `NetworkPolicy ${name} selects no pod, so that it protects none`,
      advice: "Correct its podSelector, or delete it.",
    };
  }
};
