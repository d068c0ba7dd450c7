import { z } from "zod";
import { rolloutKinds } from "../../cluster/workload.ts";

const name = z.string().min(1).max(253);
const labels = z.record(z.string().min(1), z.string());

/** A workload by name, or several by labels within the blast radius. */
export const workloadTarget = z.strictObject({
  kind: z.enum(rolloutKinds).default("Deployment"),
  namespace: name.optional(),
  name: name.optional(),
  labels: labels.optional(),
});

/** One object by its name. */
export const namedTarget = z.strictObject({ namespace: name.optional(), name });

export const quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "must be a quantity such as 64Mi or 50m");
