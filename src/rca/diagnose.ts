import type { Incident } from "../incident/incident.ts";
import { type Diagnosed, examine, type RulesInput, wordByRules } from "./diagnose-by-rules.ts";
import { applyAnswer } from "./model/apply-answer.ts";
import { askModel, modelNoteFor } from "./model/ask-model.ts";
import type { ModelPort } from "./model/model-port.ts";
import { caseText, loadPrompt, type Prompt } from "./model/prompt.ts";
import type { History, HistoryPort } from "./ports.ts";

export { type Diagnosed, diagnoseByRules } from "./diagnose-by-rules.ts";

export interface DiagnoseInput extends Omit<RulesInput, "history"> {
  /** Explains and words; without it the rules stand alone. */
  readonly model?: ModelPort;
  readonly history?: HistoryPort;
  /** Most tokens to spend on one question. Default 8,000. */
  readonly maxInputTokens?: number;
}

const historyWaitMs = 1_000;
let prompt: Prompt | undefined;

/** The past, if it can be had in a second: a slow or broken store must not hold a diagnosis up. */
async function recalled(port: HistoryPort | undefined, incident: Incident): Promise<History | undefined> {
  if (!port) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, historyWaitMs, undefined);
  });
  try {
    return await Promise.race([port.recall(incident).catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Diagnoses an incident: rules always and first, then the model explains within its deadline. Whatever the model does, the
 * answer is at least the rules'; `modelNote` says why it did not take part. Never throws for what the model or the past do.
 */
export async function diagnose(input: DiagnoseInput): Promise<Diagnosed> {
  const { model, history: port, maxInputTokens = 8_000, ...rest } = input;
  const history = await recalled(port, input.incident);
  const rulesInput: RulesInput = history ? { ...rest, history } : rest;
  const { open, ranking } = examine(rulesInput);
  const byRules = wordByRules(rulesInput, open, ranking);
  const alone = (modelNote: string): Diagnosed => ({ ...byRules, diagnosis: { ...byRules.diagnosis, modelNote } });
  if (!model) return alone("no model configured");

  prompt ??= loadPrompt();
  const { diagnosis, recommendations } = byRules;
  const citedIds = new Set(diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
  const fresh = open.book.fresh();
  const shown = [
    ...fresh.filter((entry) => citedIds.has(entry.id)),
    ...fresh.filter((entry) => !citedIds.has(entry.id)),
  ];
  const user = caseText({
    incident: input.incident,
    evidence: shown,
    hypotheses: diagnosis.hypotheses,
    recommendations,
    redact: input.redact,
    maxInputTokens,
  });
  const outcome = await askModel(model, prompt.text, user);
  const costUsd =
    model.price &&
    (outcome.inputTokens * model.price.inputUsdPerMillion + outcome.outputTokens * model.price.outputUsdPerMillion) /
      1e6;
  const tokens = {
    input: outcome.inputTokens,
    output: outcome.outputTokens,
    ...(costUsd === undefined ? {} : { costUsd }),
  };
  if (outcome.type === "failed") {
    const noted = alone(modelNoteFor(outcome.reason));
    return outcome.inputTokens > 0 ? { ...noted, diagnosis: { ...noted.diagnosis, tokens } } : noted;
  }
  const applied = applyAnswer({
    answer: outcome.answer,
    diagnosis,
    recommendations,
    shown,
    exists: (ref) => input.observation.objects.find(ref) !== undefined,
    redact: input.redact,
  });
  return {
    diagnosis: { ...applied.diagnosis, tokens },
    recommendations: applied.recommendations,
    evidence: byRules.evidence,
  };
}
