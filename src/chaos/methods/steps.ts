import { z } from "zod";
import { nearestSetting } from "../../lib/nearest-setting.ts";
import { badConfigStep } from "./bad-config.ts";
import { badEnvStep } from "./bad-env.ts";
import { badImageStep } from "./bad-image.ts";
import { burnCpuStep } from "./burn-cpu.ts";
import { chaosMeshStep } from "./chaos-mesh.ts";
import { deletePodsStep } from "./delete-pods.ts";
import { drainNodeStep } from "./drain-node.ts";
import { failingProbeStep } from "./failing-probe.ts";
import { litmusStep } from "./litmus.ts";
import { loadStep } from "./load.ts";
import { scaleToZeroStep } from "./scale-to-zero.ts";
import { slowDependencyStep } from "./slow-dependency.ts";
import { squeezeQuotaStep } from "./squeeze-quota.ts";
import { starveCpuStep, starveMemoryStep } from "./starve.ts";
import { wrongSelectorStep } from "./wrong-selector.ts";

const steps = [
  deletePodsStep,
  drainNodeStep,
  scaleToZeroStep,
  starveCpuStep,
  starveMemoryStep,
  badImageStep,
  badEnvStep,
  badConfigStep,
  failingProbeStep,
  wrongSelectorStep,
  squeezeQuotaStep,
  slowDependencyStep,
  loadStep,
  burnCpuStep,
  litmusStep,
  chaosMeshStep,
] as const;

const names = steps.map((step) => step.shape.method.value);

/** One step of an experiment's method. */
export const stepSchema = z.discriminatedUnion("method", steps, {
  error: ({ code, input }) => {
    if (code !== "invalid_union") return undefined;
    const { method } = input as { readonly method?: unknown };
    const meant = typeof method === "string" ? nearestSetting(method, names) : undefined;
    return meant ? `there is no such method; did you mean ${meant}?` : `must be one of ${names.join(", ")}`;
  },
});

export type Step = z.infer<typeof stepSchema>;
export type MethodName = Step["method"];
