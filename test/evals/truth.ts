import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const time = z.string().transform((text) => Date.parse(text));
const object = z.looseObject({ kind: z.string(), namespace: z.string().optional(), name: z.string() });
const truthSchema = z.object({
  faults: z.array(
    z.object({
      id: z.string(),
      injectedAt: time,
      symptomVisibleAt: time,
      fixedAt: time,
      recoveredAt: time,
      cause: z.string(),
      culprit: object,
      fix: z.looseObject({ action: z.string(), target: object }),
      blastRadius: z.array(object),
    }),
  ),
  quiet: z.array(z.looseObject({ from: time, to: time, note: z.string() })),
});

/** What really happened in a recording; times in ms. Undefined where nobody has written it down. */
export async function readTruth(folder: string): Promise<z.infer<typeof truthSchema> | undefined> {
  const text = await readFile(join(folder, "truth.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : truthSchema.parse(JSON.parse(text));
}
