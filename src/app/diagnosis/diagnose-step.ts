import type { Observation } from "../../cluster/observation.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { History } from "../../incident/diagnosis/past-incident.ts";
import type { Incident } from "../../incident/incident.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import { type Begun, beginDiagnosis, type DiagnoseInput, stillReading } from "../../rca/diagnose.ts";
import { mayPass } from "../../rca/model/failure-words.ts";
import type { RunbookShelf } from "../../rca/runbooks/runbook-shelf.ts";
import type { Database } from "../../store/database.ts";
import { evidenceOf, latestDiagnosis, saveDiagnosis } from "../../store/incidents/diagnoses.ts";
import { recall } from "../../store/incidents/history.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import { carryOffers } from "../../store/plans/fix-offers.ts";
import { offersTheSame, saysTheSame } from "./same-diagnosis.ts";
import { tellTitle } from "./tell-title.ts";

export interface DiagnoseDeps {
  readonly database: Database;
  readonly observation: Observation;
  readonly redact: Redact;
  readonly model: DiagnoseInput["model"];
  /** What the model may look up; without them it reads what was gathered. */
  readonly tools?: DiagnoseInput["tools"];
  readonly pseudonyms?: DiagnoseInput["pseudonyms"];
  readonly runbooks?: RunbookShelf | undefined;
  /** Stops waiting for a model. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Logger;
}

export interface DiagnosedStep {
  /** There is a new diagnosis. */
  readonly fresh: boolean;
  /** The rules have said something that no model has read yet; absent when there is nothing to ask, or nobody. */
  readonly explain?: { readonly begin: NonNullable<Begun["explain"]>; readonly version: number };
}

/** The model has not had its say about what the rules hold, and may have it yet. */
function owesAnswer({ model, modelNote = "" }: Diagnosis): boolean {
  return !model && (modelNote === stillReading || mayPass(modelNote));
}

/** What the rules held likeliest, also where a model has put another cause first since. */
const causeByRules = (diagnosis: Diagnosis | undefined) =>
  (diagnosis?.model?.basis[0] ?? diagnosis?.hypotheses[0])?.cause;

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
 * Diagnoses an incident by rules from what is observed now. A diagnosis that says the same as the last one is not kept: nobody
 * wants to be told again, and the fixes on offer stay valid. Where there is a model, `explain` says how it goes on.
 */
export async function diagnoseStep(deps: DiagnoseDeps, incident: Incident, now: number): Promise<DiagnosedStep> {
  const { database, observation, redact, log } = deps;
  const [last, previousEvidence] = await Promise.all([
    latestDiagnosis(database, incident.id),
    evidenceOf(database, incident.id),
  ]);
  const version = (last?.diagnosis.version ?? 0) + 1;
  const { byRules, explain } = await beginDiagnosis({
    incident,
    observation,
    now,
    redact,
    version,
    previousEvidence,
    history: { recall: (about) => recalled(deps, about) },
    tools: deps.tools,
    pseudonyms: deps.pseudonyms,
    runbooks: deps.runbooks?.current(),
    signal: deps.signal,
    ...(deps.model ? { model: deps.model } : {}),
  });
  const { diagnosis, recommendations, evidence } = byRules;
  const sameOffers = last !== undefined && offersTheSame(last.recommendations, recommendations);
  if (sameOffers && saysTheSame(last.diagnosis, diagnosis)) {
    return explain && owesAnswer(last.diagnosis)
      ? { fresh: false, explain: { begin: explain, version: last.diagnosis.version } }
      : { fresh: false };
  }
  await saveDiagnosis(database, { diagnosis, recommendations }, evidence);
  if (sameOffers) await carryOffers(database, incident.id, last.diagnosis.version, version);
  const first = diagnosis.hypotheses[0];
  if (first && first.cause !== causeByRules(last?.diagnosis)) {
    await addToTimeline(database, incident.id, {
      at: now,
      kind: "diagnosed",
      text: redact(
        `Cause: ${causeText(first.cause, first.culprit)}, ${Math.round(first.probability * 100)} %, by ${diagnosis.by}.`,
      ),
    });
  }
  await tellTitle(deps, incident, { before: last?.diagnosis, after: diagnosis, at: now });
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
  return { fresh: true, ...(explain ? { explain: { begin: explain, version } } : {}) };
}
