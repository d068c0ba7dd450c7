import type { Observation } from "../cluster/observation.ts";
import { causeText } from "../incident/cause-text.ts";
import type { Diagnosis } from "../incident/diagnosis.ts";
import type { Incident } from "../incident/incident.ts";
import { type ObjectRef, refKey, refText } from "../incident/object-ref.ts";
import type { History } from "../incident/past-incident.ts";
import type { Recommendation } from "../incident/recommendation.ts";
import type { Redact } from "../incident/redacted.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Logger } from "../lib/logger.ts";
import { canonicalJson } from "../lib/stable-hash.ts";
import { type DiagnoseInput, diagnose } from "../rca/diagnose.ts";
import type { Database } from "../store/database.ts";
import { evidenceOf, latestDiagnosis, saveDiagnosis } from "../store/diagnoses.ts";
import { carryOffers } from "../store/fix-offers.ts";
import { recall } from "../store/history.ts";
import { addToTimeline } from "../store/timeline.ts";

export interface DiagnoseDeps {
  readonly database: Database;
  readonly observation: Observation;
  readonly redact: Redact;
  readonly model: DiagnoseInput["model"];
  readonly log: Logger;
}

const names = (refs: readonly ObjectRef[]) => refs.map(refKey).sort().join();

/** A probability that moved by less says the same thing. */
const sameProbability = 0.05;

function saysTheSame(before: Diagnosis, after: Diagnosis): boolean {
  if (before.inconclusive !== after.inconclusive || before.by !== after.by) return false;
  if (names(before.blastRadius) !== names(after.blastRadius)) return false;
  const tops = [before, after].map((diagnosis) => diagnosis.hypotheses.slice(0, 2));
  const [old = [], fresh = []] = tops;
  return (
    old.length === fresh.length &&
    fresh.every((hypothesis, i) => {
      const known = old[i];
      return (
        known?.cause === hypothesis.cause &&
        refText(known.culprit) === refText(hypothesis.culprit) &&
        Math.abs(known.probability - hypothesis.probability) < sameProbability
      );
    })
  );
}

function offersTheSame(before: readonly Recommendation[], after: readonly Recommendation[]): boolean {
  const gist = (list: readonly Recommendation[]) =>
    canonicalJson(list.slice(0, 3).map(({ id, action, target, params }) => ({ id, action, target, params })));
  return gist(before) === gist(after);
}

/** A diagnosis goes on without its past; that it had to is worth a line. */
async function recalled({ database, log }: DiagnoseDeps, incident: Incident): Promise<History> {
  try {
    return await recall(database, incident);
  } catch (error) {
    log.warn({ incident: incident.id, error: messageOf(error) }, "history.not-recalled");
    throw error;
  }
}

/**
 * Diagnoses an incident from what is observed now. A diagnosis that says the same as the last one is not kept: nobody
 * wants to be told again, and the fixes on offer stay valid.
 * @returns true when there is a new diagnosis.
 */
export async function diagnoseStep(deps: DiagnoseDeps, incident: Incident, now: number): Promise<boolean> {
  const { database, observation, redact, log } = deps;
  const [last, previousEvidence] = await Promise.all([
    latestDiagnosis(database, incident.id),
    evidenceOf(database, incident.id),
  ]);
  const version = (last?.diagnosis.version ?? 0) + 1;
  const made = await diagnose({
    incident,
    observation,
    now,
    redact,
    version,
    previousEvidence,
    history: { recall: (about) => recalled(deps, about) },
    ...(deps.model ? { model: deps.model } : {}),
  });
  const { diagnosis, recommendations, evidence } = made;
  const sameOffers = last !== undefined && offersTheSame(last.recommendations, recommendations);
  if (sameOffers && saysTheSame(last.diagnosis, diagnosis)) return false;
  await saveDiagnosis(database, { diagnosis, recommendations }, evidence);
  if (sameOffers) await carryOffers(database, incident.id, last.diagnosis.version, version);
  const first = diagnosis.hypotheses[0];
  const changed = !last || last.diagnosis.hypotheses[0]?.cause !== first?.cause;
  if (first && changed) {
    await addToTimeline(database, incident.id, {
      at: now,
      kind: "diagnosed",
      text: redact(
        `Cause: ${causeText(first.cause, first.culprit)}, ${Math.round(first.probability * 100)} %, by ${diagnosis.by}.`,
      ),
    });
  }
  log.info(
    {
      incident: incident.id,
      version,
      cause: first?.cause,
      culprit: first && refText(first.culprit),
      probability: first?.probability,
      by: diagnosis.by,
    },
    "incident.diagnosed",
  );
  return true;
}
