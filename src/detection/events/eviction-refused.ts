import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { Finding } from "../detector.ts";
import { isCurrent, short } from "../state/container-states.ts";
import { budgetsOf } from "../state/disruption-budget.ts";
import { defineEventDetector } from "./event-detector.ts";

/** The API server's words for a refused eviction, and those of the autoscalers that pass them on. */
const refused = /disruption budget|\bpdb\b.*\b(prevents?|block)/i;
const recentMs = 10 * 60_000;
const atLeast = 2;

function budgetNamed(message: string, budgets: readonly KubeObject[]): KubeObject | undefined {
  return budgets.find(({ metadata }) => message.includes(metadata.name)) ?? budgets[0];
}

/**
 * Evictions that a PodDisruptionBudget refuses again and again: a node cannot be drained. Source: warnings about a pod or a
 * node that quote the budget. Not a fault: one refusal (the next attempt finds another pod ready), a budget that allows a
 * disruption by now, events older than ten minutes, Karpenter's notes (no warnings) that it would like to save a node.
 */
export const evictionRefused = defineEventDetector({
  name: "eviction-refused",
  nature: "fault",
  *detect({ events, observation, now }): Iterable<Finding> {
    for (const event of events) {
      if (!event.warning || !refused.test(event.message) || event.count < atLeast || now - event.at > recentMs)
        continue;
      const pods =
        event.about.kind === "Pod"
          ? [observation.objects.get("Pod", event.about.namespace, event.about.name)]
          : observation.objects.list("Pod").filter(({ spec }) => spec.nodeName === event.about.name);
      const budgets = pods
        .flatMap((pod) => (pod && isCurrent(pod) ? budgetsOf(pod, observation) : []))
        .filter(({ status }) => (status?.disruptionsAllowed ?? 0) < 1);
      const budget = budgetNamed(event.message, budgets);
      if (!budget) continue;
      const target = refOf(budget);
      yield {
        reason: "EvictionRefused",
        target,
        seenOn: event.about,
        severity: "low",
        headline: "lets no pod be evicted",
        summary: `${event.about.kind} ${event.about.name}: ${short(event.message, 220)} (${event.count} times)`,
        startsAt: event.firstAt,
        value: event.count,
        unit: "evictions",
      };
    }
  },
});
