import { inside } from "../lib/inside.ts";
import type { Experiment } from "./experiment.ts";
import { kubernetesOwn } from "./guard.ts";

export interface ScopeProblem {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
}

/** Where a step says which objects it is about. Those of the last two are named, the others may be selected by labels. */
const targets = ["target", "nodeOf", "restart", "service", "configMap"] as const;
const named: ReadonlySet<string> = new Set(["service", "configMap"]);

/**
 * What of an experiment cannot be within its own bounds, whatever the cluster holds: told when the file is read, and not
 * when it was to run. Pure.
 */
export function judgeScope({ blastRadius, method }: Experiment): readonly ScopeProblem[] {
  const { namespaces, labels, maxNodes } = blastRadius;
  const problems: ScopeProblem[] = [];
  const add = (path: readonly PropertyKey[], problem: string) => void problems.push({ path, problem });
  for (const [at, name] of namespaces.entries()) {
    const refusal = kubernetesOwn(name);
    if (refusal) add(["blastRadius", "namespaces", at], refusal);
  }
  const isOutside = (namespace: unknown) => typeof namespace === "string" && !namespaces.includes(namespace);
  for (const [at, step] of method.entries()) {
    const outside = "must be one of blastRadius.namespaces";
    if (isOutside(inside(step, "namespace"))) add(["method", at, "namespace"], outside);
    for (const field of targets) {
      const target = inside(step, field);
      if (target === undefined) continue;
      const path = ["method", at, field];
      if (isOutside(inside(target, "namespace"))) add([...path, "namespace"], outside);
      const selected = inside(target, "name") ?? inside(target, "labels") ?? labels;
      if (selected === undefined && !named.has(field))
        add(path, "needs a name, or labels: its own or blastRadius.labels");
    }
    const takesNodes =
      step.method === "drain-node" ||
      step.method === "burn-cpu" ||
      (step.method === "litmus" && step.fault === "node-drain");
    if (takesNodes && maxNodes < 1)
      add(["blastRadius", "maxNodes"], `must be at least 1 for step ${at + 1}, ${step.method}`);
  }
  return problems;
}
