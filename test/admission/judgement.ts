import { z } from "zod";

/** What test/admission/judge writes. Costs are in CEL cost units. */
export const judgement = z.strictObject({
  compatibilityVersion: z.string(),
  doesNotCompile: z.record(z.string(), z.array(z.string())),
  typeWarnings: z.array(z.string()),
  verdicts: z.array(
    z.strictObject({
      name: z.string(),
      allowed: z.boolean(),
      message: z.string().optional(),
      cost: z.strictObject({ total: z.int(), dearest: z.int(), field: z.string() }),
    }),
  ),
});

export type Judgement = z.infer<typeof judgement>;
