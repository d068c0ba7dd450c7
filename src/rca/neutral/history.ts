import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inputError, messageOf } from "../../lib/app-error.ts";
import type { MetricTable, NeutralCase } from "./neutral-case.ts";
import type { NormalWindow, PastIncident } from "./normal-times.ts";
import { profileOf } from "./profile.ts";
import { readCase } from "./read-case.ts";
import { readJson } from "./read-text.ts";
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

export interface History {
  readonly cases: readonly PastCase[];
  /** Earlier cases that could not be read, or were more than are read. */
  readonly notes: readonly string[];
}

interface Known {
  readonly path: string;
  readonly entity: string;
  readonly time: number;
}

/** What can be read of one folder; a broken one must not keep the others from being used. */
async function lenient<T>(notes: string[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    notes.push(`an earlier case was left out: ${messageOf(error)}`);
    return undefined;
  }
}

async function confirmedCase(path: string): Promise<Known | undefined> {
  const confirmed = await readJson(join(path, "confirmed.json"), confirmedSchema);
  const header = confirmed && (await readJson(join(path, "case.json"), timeSchema));
  return header && { path, entity: confirmed.entity, time: header.alert.time };
}

/**
 * Reads every folder in `folder` that holds a case and its `confirmed.json` (`{ entity, fault? }`), newest first.
 * Only what the case folder itself holds is read; its baseline is not.
 * @throws AppError (exit code 2) when there is none that can be read.
 */
export async function readHistory(folder: string): Promise<History> {
  const notes: string[] = [];
  const known: Known[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const one = await lenient(notes, () => confirmedCase(join(folder, name)));
    if (one) known.push(one);
  }
  known.sort((a, b) => b.time - a.time);
  if (known.length > maxPastCases)
    notes.push(`of ${known.length} earlier cases the ${maxPastCases} newest were compared with`);
  const cases: PastCase[] = [];
  // One after the other: the rows of a case are large, its digest is small.
  for (const { path, entity } of known.slice(0, maxPastCases)) {
    const one = await lenient(notes, () => readCase(path, { withBaseline: false }));
    if (one) cases.push(pastCase(one, entity));
  }
  if (cases.length === 0)
    throw inputError(
      "history-empty",
      [`${folder} holds no earlier case that can be read.`, ...notes.slice(0, 3)].join(" "),
      'Give a folder of case folders, each with a confirmed.json such as {"entity":"cart"}.',
    );
  return { cases, notes };
}
