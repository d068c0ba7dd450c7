import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inputError } from "../../lib/app-error.ts";
import type { MetricTable, NeutralCase } from "./neutral-case.ts";
import type { NormalWindow, PastIncident } from "./normal-times.ts";
import { profileOf } from "./profile.ts";
import { readCase, readJson } from "./read-case.ts";
import { requestsOf } from "./requests.ts";

/** What an earlier case left behind once its cause was confirmed: small, whatever the case held. */
export interface PastCase {
  readonly id: string;
  readonly incident: PastIncident;
  readonly windows: readonly NormalWindow[];
  readonly metrics: MetricTable;
}

/** The newest so many are read: each costs up to half a second, and thirty windows tell what is usual. */
const maxPastCases = 30;

const confirmedSchema = z.object({ entity: z.string().min(1), fault: z.string().optional() });
const timeSchema = z.object({ alert: z.object({ time: z.number() }) });

/** Digests a case whose cause is known. */
export function pastCase(past: NeutralCase, entity: string): PastCase {
  const requests = requestsOf(past.telemetry);
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

/**
 * Reads every folder in `folder` that holds a case and its `confirmed.json` (`{ entity, fault? }`), newest first.
 * Only what the case folder itself holds is read; its baseline is not.
 * @throws AppError (exit code 2) when there is none, or one cannot be read.
 */
export async function readHistory(folder: string): Promise<readonly PastCase[]> {
  const known: { readonly path: string; readonly entity: string; readonly time: number }[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const confirmed = await readJson(join(path, "confirmed.json"), confirmedSchema);
    const header = confirmed && (await readJson(join(path, "case.json"), timeSchema));
    if (header) known.push({ path, entity: confirmed.entity, time: header.alert.time });
  }
  if (known.length === 0)
    throw inputError(
      "history-empty",
      `${folder} holds no earlier case.`,
      'Give a folder of case folders, each with a confirmed.json such as {"entity":"cart"}.',
    );
  known.sort((a, b) => b.time - a.time);
  const cases: PastCase[] = [];
  // One after the other: the rows of a case are large, its digest is small.
  for (const { path, entity } of known.slice(0, maxPastCases))
    cases.push(pastCase(await readCase(path, { withBaseline: false }), entity));
  return cases;
}
