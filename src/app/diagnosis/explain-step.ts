import type { Incident } from "../../incident/incident.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Begun, Explained } from "../../rca/diagnose.ts";
import type { Conversation } from "../../rca/model/conversation.ts";
import { costOf } from "../../rca/model/cost-of.ts";
import type { Model } from "../../rca/model/model.ts";
import type { Database } from "../../store/database.ts";
import { saveConversations } from "../../store/incidents/conversations.ts";
import { latestDiagnosis, saveDiagnosis } from "../../store/incidents/diagnoses.ts";
import { carryOffers } from "../../store/plans/fix-offers.ts";
import { plansOf } from "../../store/plans/plans.ts";
import { isBusy } from "../view/build-view.ts";
import { offersTheSame } from "./same-diagnosis.ts";
import { tellTitle } from "./tell-title.ts";

export interface ExplainDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly log: Logger;
  readonly model: Model;
  /** Stops waiting for the model; nothing is kept then. */
  readonly signal?: AbortSignal | undefined;
}

/** Keeps what was said to a model, with what it cost. */
export async function keepConversations(
  database: Database,
  incidentId: string,
  model: Model,
  all: readonly Conversation[],
  version?: number,
): Promise<void> {
  await saveConversations(
    database,
    all.map((body) => ({
      incidentId,
      purpose: body.purpose,
      ...(version === undefined ? {} : { version }),
      model: body.model,
      tokens: costOf(body.tokens, model.port.price),
      body,
    })),
  );
}

/**
 * Lets the model read on where the rules have answered, and puts its answer in the place of theirs, as the next version. An
 * answer that comes when the rules already say something else, or while a fix is being applied, is kept as a conversation only.
 * @returns true when there is a new diagnosis.
 */
export async function explainStep(
  deps: ExplainDeps,
  incident: Incident,
  explain: NonNullable<Begun["explain"]>,
  rulesVersion: number,
): Promise<boolean> {
  const { database, log, model } = deps;
  const version = rulesVersion + 1;
  const made: Explained = await explain(version);
  if (deps.signal?.aborted) return false;
  if (made.trouble) log.warn({ incident: incident.id, ...made.trouble }, "model.failed");
  await keepConversations(database, incident.id, model, made.conversations, version);
  const last = await latestDiagnosis(database, incident.id);
  const { diagnosis, recommendations, evidence } = made;
  const said = {
    incident: incident.id,
    version,
    by: diagnosis.by,
    note: diagnosis.modelNote,
    tokens: diagnosis.tokens,
  };
  if (
    last?.diagnosis.version !== rulesVersion ||
    (await plansOf(database, incident.id)).some((stored) => isBusy(stored, incident))
  ) {
    log.info(said, "incident.explanation-late");
    return false;
  }
  if (!diagnosis.model && diagnosis.modelNote === last.diagnosis.modelNote) return false;
  await saveDiagnosis(database, { diagnosis, recommendations }, evidence);
  if (offersTheSame(last.recommendations, recommendations))
    await carryOffers(database, incident.id, rulesVersion, version);
  await tellTitle(deps, incident, { before: last.diagnosis, after: diagnosis, at: diagnosis.madeAt });
  const first = diagnosis.hypotheses[0];
  log.info(
    {
      ...said,
      cause: first?.cause,
      culprit: first && refText(first.culprit),
      probability: first?.probability,
      verification: diagnosis.model?.verification,
      lookUps: diagnosis.model?.lookUps,
    },
    "incident.explained",
  );
  return true;
}
