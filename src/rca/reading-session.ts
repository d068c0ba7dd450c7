import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import type { Incident } from "../incident/incident.ts";
import type { Redact } from "../incident/redacted.ts";
import type { Case } from "./case/case.ts";
import type { Diagnosed } from "./diagnose-by-rules.ts";
import { createToolBox, limited, type ToolBox } from "./investigate/tool-box.ts";
import type { InvestigationTools } from "./investigate/tools.ts";
import { addTokens, type Conversation } from "./model/conversation.ts";
import { type ConverseInput, type ConverseOutcome, converse } from "./model/converse.ts";
import { costOf } from "./model/cost-of.ts";
import type { Model } from "./model/model.ts";
import type { ModelTrouble } from "./model/model-port.ts";
import { loadPrompt } from "./model/prompt.ts";
import { openNames, type Pseudonyms } from "./redact/pseudonyms.ts";

/** A diagnosis with all that was said to a model about it, also when it came to nothing, and what went wrong last. */
export interface Explained extends Diagnosed {
  readonly conversations: readonly Conversation[];
  readonly trouble?: ModelTrouble;
}

/** What both readings of one diagnosis share: the count of look-ups, and what was said so far. */
export interface ReadingSession {
  readonly box: ToolBox | undefined;
  /** Everything that was said, in order. */
  readonly conversations: readonly Conversation[];
  /** Has the model read something and answer in this shape, with so many look-ups. */
  read<T>(
    reading: Pick<ConverseInput<T>, "user" | "shape"> & { readonly purpose: "diagnose" | "refute" },
    lookUps: number,
  ): Promise<ConverseOutcome<T>>;
  /** What it came to, with the evidence as it is by now and everything that was said. */
  explained(made: Pick<Diagnosed, "diagnosis" | "recommendations">): Explained;
  /** What has been used so far. */
  tokens(): NonNullable<Diagnosis["tokens"]>;
}

export interface SessionInput {
  readonly model: Model;
  readonly tools?: InvestigationTools | undefined;
  readonly pseudonyms?: Pseudonyms | undefined;
  readonly open: Case;
  readonly incident: Incident;
  readonly now: number;
  readonly redact: Redact;
}

/** @param signal ends every wait of its readings */
export function openSession(input: SessionInput, signal: AbortSignal): ReadingSession {
  const { model, open, redact, incident } = input;
  const pseudonyms = input.pseudonyms ?? openNames;
  const conversations: Conversation[] = [];
  let trouble: ModelTrouble | undefined;
  const box =
    input.tools &&
    createToolBox({
      tools: input.tools,
      book: open.book,
      context: { now: input.now, onset: incident.onset, signal },
      maxCalls: model.limits.toolCalls,
      letter: "L",
      restore: pseudonyms.restore,
    });
  return {
    box,
    conversations,
    async read({ purpose, user, shape }, lookUps) {
      const outcome = await converse({
        model,
        incidentId: incident.id,
        signal,
        redact,
        pseudonyms,
        purpose,
        prompt: loadPrompt(purpose),
        user,
        shape,
        tools: box && limited(box, lookUps),
      });
      conversations.push(outcome.conversation);
      if (outcome.type === "failed") trouble = { reason: outcome.reason, detail: outcome.detail };
      return outcome;
    },
    explained: (made) => ({
      ...made,
      evidence: open.book.entries(),
      conversations,
      ...(trouble ? { trouble } : {}),
    }),
    tokens: () => costOf(addTokens(...conversations.map((one) => one.tokens)), model.port.price),
  };
}
