import type { Method, Planned, Scope, Snapshot } from "../scope.ts";
import { badConfig } from "./bad-config.ts";
import { badEnv } from "./bad-env.ts";
import { badImage } from "./bad-image.ts";
import { burnCpu } from "./burn-cpu.ts";
import { chaosMesh } from "./chaos-mesh.ts";
import { deletePods } from "./delete-pods.ts";
import { drainNode } from "./drain-node.ts";
import { failingProbe } from "./failing-probe.ts";
import { litmus } from "./litmus.ts";
import { load } from "./load.ts";
import { scaleToZero } from "./scale-to-zero.ts";
import { slowDependency } from "./slow-dependency.ts";
import { squeezeQuota } from "./squeeze-quota.ts";
import { starveCpu, starveMemory } from "./starve.ts";
import type { MethodName, Step } from "./steps.ts";
import { wrongSelector } from "./wrong-selector.ts";

/** Every method by its name in an experiment's file. */
export const methods: { readonly [Name in MethodName]: Method<Extract<Step, { method: Name }>> } = {
  "delete-pods": deletePods,
  "drain-node": drainNode,
  "scale-to-zero": scaleToZero,
  "starve-cpu": starveCpu,
  "starve-memory": starveMemory,
  "bad-image": badImage,
  "bad-env": badEnv,
  "bad-config": badConfig,
  "failing-probe": failingProbe,
  "wrong-selector": wrongSelector,
  "squeeze-quota": squeezeQuota,
  "slow-dependency": slowDependency,
  load,
  "burn-cpu": burnCpu,
  litmus,
  "chaos-mesh": chaosMesh,
};

/** What a step would change. Pure. */
export function planStep(step: Step, scope: Scope, snapshot: Snapshot): Planned {
  // The compiler cannot see that a method and a step of one name belong together.
  const method = methods[step.method] as Method<Step>;
  return method.plan(step, scope, snapshot);
}
