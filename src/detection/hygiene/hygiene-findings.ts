import type { Observation } from "../../cluster/observation.ts";
import { autoscalers } from "./autoscaler.ts";
import { cronJobs } from "./cron-job.ts";
import { disruptionBudgets } from "./disruption-budget.ts";
import type { HygieneCheck, HygieneFinding } from "./finding.ts";
import { ingresses } from "./ingress.ts";
import { networkPolicies } from "./network-policy.ts";
import { nodeClocks } from "./node-clocks.ts";
import { nodes } from "./nodes.ts";
import { references } from "./references.ts";
import { security } from "./security.ts";
import { selectors } from "./selectors.ts";
import { statefulSets } from "./stateful-set.ts";
import { storageClasses } from "./storage-class.ts";
import { webhooks } from "./webhooks.ts";

/** All checks. Add one file and one line. */
export const hygieneChecks: readonly HygieneCheck[] = [
  disruptionBudgets,
  references,
  selectors,
  security,
  autoscalers,
  statefulSets,
  cronJobs,
  networkPolicies,
  ingresses,
  storageClasses,
  webhooks,
  nodes,
  nodeClocks,
];

const maxFindings = 1_000;

/**
 * What is wrong with the cluster without being broken, risks first. Pure: reads what was observed and opens nothing; for
 * digests. Missing redundancy is `topologyRisks`. At most a thousand findings. A check that stumbles over an odd object is left out.
 */
export function hygieneFindings(observation: Observation, now: number): readonly HygieneFinding[] {
  const found: HygieneFinding[] = [];
  for (const check of hygieneChecks) {
    try {
      for (const finding of check(observation, now)) found.push(finding);
    } catch {
      // Objects come from strangers; the other checks have something to say all the same.
    }
  }
  return found.sort((a, b) => Number(b.level === "risk") - Number(a.level === "risk")).slice(0, maxFindings);
}
