import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inputError } from "../../lib/app-error.ts";
import type { MetricTable } from "./neutral-case.ts";
import type { NormalWindow, PastIncident } from "./normal-times.ts";
import { profileOf } from "./profile.ts";
import { readCase, readJson } from "./read-case.ts";
import { requestsOf } from "./requests.ts";

/** What earlier cases left behind once their cause was confirmed. */
export interface PastCase {
  readonly id: string;
  readonly incident: PastIncident;
  readonly windows: readonly NormalWindow[];
  readonly metrics: MetricTable;
}

/** The newest so many: each one read costs about a quarter of a second. */
export const maxPastCases = 60;

const confirmedSchema = z.object({ entity: z.string().min(1), fault: z.string().optional() });

/** Reads one case as history. Folders without confirmed.json are not history. */
export async function readPastCase(folder: string): Promise<PastCase | undefined> {
  const confirmed = await readJson(join(folder, "confirmed.json"), confirmedSchema);
  if (!confirmed) return undefined;
  const past = await readCase(folder);
  const requests = requestsOf(past.telemetry);
  const { entity } = confirmed;
  const { from, to } = past.window;
  return {
    id: past.id,
    incident: { entity, from, to },
    windows: [
      // Faults start before anybody gives them a time, so the moments before do not speak for the culprit either.
      { profile: profileOf(requests, Number.NEGATIVE_INFINITY, from), except: entity },
      { profile: profileOf(requests, from, Number.POSITIVE_INFINITY), except: entity },
    ],
    metrics: past.metrics,
  };
}

/** Every folder in `folder` that has a case.json and a confirmed.json. @throws AppError (exit code 2) when there is none. */
export async function readHistory(folder: string): Promise<readonly PastCase[]> {
  const names = await readdir(folder).catch(() => undefined);
  const cases: PastCase[] = [];
  for (const name of (names ?? []).sort().slice(-maxPastCases)) {
    const past = await readPastCase(join(folder, name));
    if (past) cases.push(past);
  }
  if (cases.length === 0)
    throw inputError(
      "history-empty",
      `${folder} holds no earlier case.`,
      'Give a folder of case folders, each with a confirmed.json such as {"entity":"cart"}.',
    );
  return cases;
}
