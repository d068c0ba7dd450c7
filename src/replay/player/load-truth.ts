import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import { whyRefused } from "../../lib/why-refused.ts";
import { truthObject, truthTime } from "../recording/truth-fields.ts";

const time = truthTime.transform((text) => Date.parse(text));
const truthSchema = z.looseObject({
  faults: z.array(
    z.looseObject({
      id: z.string(),
      injectedAt: time,
      fixedAt: time.nullish(),
      recoveredAt: time.nullish(),
      culprit: truthObject,
      fix: z.looseObject({ action: z.string(), target: truthObject.nullish() }),
    }),
  ),
});

interface Named {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What was broken on purpose, when, and how it was mended. Times are Unix ms. */
export interface RecordedFault {
  readonly id: string;
  readonly injectedAt: number;
  readonly fixedAt: number;
  readonly recoveredAt: number;
  readonly culprit: Named;
  readonly fix: { readonly action: string; readonly target: Named };
}

/**
 * The faults of a recording that ended by a fix, in order of the fixes; none when the folder has no truth.json. Only
 * the simulated world reads this, to know where it must wait for the bot.
 * @throws AppError (exit code 2) when truth.json is damaged.
 */
export async function loadTruth(folder: string): Promise<RecordedFault[]> {
  let text: string;
  try {
    text = await readFile(join(folder, "truth.json"), "utf8");
  } catch (cause) {
    // Recordings of real life have no truth: they play without a stop.
    if (errorCode(cause) === "ENOENT") return [];
    throw inputError(
      "recording-incomplete",
      `truth.json of the recording ${folder} cannot be read: ${whyRefused(cause)}.`,
      "Make it readable, or remove it to replay the recording without waiting for a fix.",
      cause,
    );
  }
  const faults = parseTruth(folder, text).faults.flatMap((fault): RecordedFault[] => {
    if (fault.fixedAt == null || fault.fix.action === "none") return [];
    const { id, injectedAt, fixedAt, culprit, fix } = fault;
    const recoveredAt = Math.max(fault.recoveredAt ?? 0, fixedAt);
    return [
      { id, injectedAt, fixedAt, recoveredAt, culprit, fix: { action: fix.action, target: fix.target ?? culprit } },
    ];
  });
  return faults.sort((a, b) => a.fixedAt - b.fixedAt);
}

function parseTruth(folder: string, text: string): z.infer<typeof truthSchema> {
  try {
    return truthSchema.parse(JSON.parse(text));
  } catch (cause) {
    const detail =
      cause instanceof z.ZodError
        ? `${cause.issues[0]?.path.join(".")} ${cause.issues[0]?.message}`
        : messageOf(cause, 120);
    throw inputError(
      "recording-damaged",
      `truth.json of the recording ${folder} is damaged: ${detail}.`,
      "Copy the recording again, or remove truth.json to replay it without waiting for a fix.",
      cause,
    );
  }
}
