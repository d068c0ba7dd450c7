import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inputError } from "../../lib/app-error.ts";
import { truthObject, truthTime } from "../recording/truth-fields.ts";

/** truth.json: what really happened, for scoring. */
const truthSchema = z.strictObject({
  faults: z.array(
    z.looseObject({
      id: z.string(),
      injectedAt: truthTime,
      fixedAt: truthTime.nullish(),
      recoveredAt: truthTime.nullish(),
      culprit: truthObject,
      cause: z.string(),
      fix: z.looseObject({ action: z.string(), target: truthObject.nullish() }),
    }),
  ),
  quiet: z.array(z.looseObject({ from: truthTime, to: truthTime, note: z.string() })).default([]),
});

/** @throws AppError (exit code 2) that names the first field that does not fit */
export function parseTruth(value: unknown): z.infer<typeof truthSchema> {
  const parsed = truthSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw inputError(
    "truth-invalid",
    `The truth does not fit: ${issue?.path.join(".") || "it"}: ${issue?.message}.`,
    "Its form is {faults: [{id, injectedAt, fixedAt, recoveredAt, culprit, cause, fix}], quiet: [{from, to, note}]}.",
  );
}

/** Puts truth.json beside a recording. @throws AppError (exit code 2) */
export async function writeTruth(folder: string, value: unknown): Promise<void> {
  await writeFile(join(folder, "truth.json"), `${JSON.stringify(parseTruth(value), null, 1)}\n`);
}
