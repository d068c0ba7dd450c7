import { asWorkload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type HygieneCheck, ourWorkloads } from "./finding.ts";

/** Workloads whose selector also takes in the pods of another one: the two fight over them. */
export const selectors: HygieneCheck = function* (observation) {
  const all = ourWorkloads(observation).flatMap((object) => asWorkload(object) ?? []);
  const spaces = Map.groupBy(all, ({ metadata }) => metadata.namespace);
  for (const workloads of spaces.values()) {
    for (const one of workloads) {
      const other = workloads.find(
        (candidate) =>
          candidate !== one &&
          one.spec.selector !== undefined &&
          matchesSelector(one.spec.selector, templateOf(candidate)?.metadata?.labels),
      );
      if (!other) continue;
      yield {
        code: "selector-overlaps",
        target: refOf(one),
        level: "risk",
        text: `the selector of ${one.kind} ${one.metadata.name} also takes in the pods of ${other.kind} ${other.metadata.name}`,
        advice: "Give each its own label and select by it.",
      };
    }
  }
};
