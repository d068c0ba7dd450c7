import { noModel } from "../incident/diagnosis/diagnosis.ts";
import type { History } from "../incident/diagnosis/past-incident.ts";
import type { Incident } from "../incident/incident.ts";
import { type Diagnosed, examine, type RulesInput, wordByRules } from "./diagnose-by-rules.ts";
import { explain } from "./explain-by-model.ts";
import type { InvestigationTools } from "./investigate/tools.ts";
import type { Model } from "./model/model.ts";
import type { HistoryPort } from "./ports.ts";
import type { Explained } from "./reading-session.ts";
import type { Pseudonyms } from "./redact/pseudonyms.ts";
import { questionsFor } from "./report/questions.ts";

export { type Diagnosed, diagnoseByRules } from "./diagnose-by-rules.ts";
export type { Explained } from "./reading-session.ts";

export interface DiagnoseInput extends Omit<RulesInput, "history"> {
  /** Looks further, explains and words; without it the rules stand alone. */
  readonly model?: Model;
  /** What the model may look up. */
  readonly tools?: InvestigationTools | undefined;
  /** Names and addresses that the model must not see; by default it sees them. */
  readonly pseudonyms?: Pseudonyms | undefined;
  readonly history?: HistoryPort;
  /** Stops waiting for the model. */
  readonly signal?: AbortSignal | undefined;
}

export interface Begun {
  /** The answer of the rules: complete, and shown while the model is still reading. */
  readonly byRules: Diagnosed;
  /** Asks the model, within its deadline and caps; absent without a model. Resolves with at least the rules' answer. */
  readonly explain?: (version: number) => Promise<Explained>;
}

const historyWaitMs = 1_000;
/** The note of a diagnosis by rules that a model has not had its say about yet. */
export const stillReading = "the model is still reading";

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

const noted = (made: Diagnosed, modelNote: string): Diagnosed => ({
  ...made,
  diagnosis: { ...made.diagnosis, modelNote },
});

/** Diagnoses by rules at once, and says how to go on with the model. */
export async function beginDiagnosis(input: DiagnoseInput): Promise<Begun> {
  const { model, tools, pseudonyms, signal, history: port, ...rest } = input;
  const history = await recalled(port, input.incident);
  const rulesInput: RulesInput = history ? { ...rest, history } : rest;
  const { open, ranking } = examine(rulesInput);
  const byRules = wordByRules(rulesInput, open, ranking);
  if (!model) return { byRules: noted(byRules, noModel) };
  const questions = questionsFor(
    ranking.hypotheses.map((row) => row.candidate),
    ranking.hypotheses[0]?.standing.missing,
  );
  return {
    byRules: noted(byRules, stillReading),
    explain: async (version) =>
      await explain({
        ...rest,
        version,
        model,
        tools,
        pseudonyms,
        signal,
        open,
        byRules: { ...byRules, diagnosis: { ...byRules.diagnosis, version } },
        questions,
      }),
  };
}

/**
 * Diagnoses an incident: rules always and first, then the model explains within its deadline. Whatever the model does, the
 * answer is at least the rules'; `modelNote` says why it did not take part. Never throws for what the model or the past do.
 */
export async function diagnose(input: DiagnoseInput): Promise<Explained> {
  const begun = await beginDiagnosis(input);
  return begun.explain ? await begun.explain(input.version) : { ...begun.byRules, conversations: [] };
}
