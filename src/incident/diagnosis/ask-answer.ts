import type { Redacted } from "../redacted.ts";
import type { Evidence } from "./evidence.ts";

/** One statement of an answer. One without evidence does not get this far. */
export interface AskSentence {
  readonly text: Redacted;
  /** Said literally by the evidence, or concluded from it. */
  readonly kind: "observed" | "inferred";
  /** Ids of the evidence it rests on; each of them is in the answer's `evidence`. Never empty. */
  readonly evidence: readonly string[];
}

/** What a person is told who asks about an incident. */
export type AskAnswer =
  | {
      readonly type: "answered";
      readonly incidentId: string;
      /** `rules`: no model took part; the sentences are the lines of evidence that match the question best. */
      readonly by: "model" | "rules";
      /** Why the model did not take part, or what is to be known about its part; ready to be shown. */
      readonly note?: string;
      /** In the order to be shown; empty when the evidence does not say anything about the question, which `note` then says. */
      readonly sentences: readonly AskSentence[];
      /** What the sentences cite, each once, in order of id. */
      readonly evidence: readonly Evidence[];
      readonly tokens?: { readonly input: number; readonly output: number; readonly costUsd?: number };
    }
  | {
      readonly type: "refused";
      readonly reason: "unknown-incident" | "other-cluster" | "empty-question" | "too-many-questions";
      /** For the person who asked. */
      readonly text: string;
    };
