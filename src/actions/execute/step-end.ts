import type { WriteStep } from "../../incident/fix/action-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { HttpAnswer, WriteOutcome } from "../cluster-port.ts";
import type { ExecutionResult } from "../plan/plan-store.ts";

/** How one step of a plan has ended. */
export type StepEnd =
  | {
      readonly type: "done";
      readonly resourceVersion?: string | undefined;
      readonly before?: string | undefined;
      /** What an application answered, in words. */
      readonly said?: string | undefined;
    }
  | { readonly type: "failed"; readonly result: ExecutionResult }
  | { readonly type: "unreachable"; readonly detail: string }
  /** Changes were frozen, and the rest is changes of their own. */
  | { readonly type: "frozen" }
  /** The process is to end while an eviction waits for room. */
  | { readonly type: "interrupted" }
  | { readonly type: "lost" };

/** What an outcome comes to when trying again makes no sense; undefined when looking again does. */
export function endOf(outcome: WriteOutcome, step: WriteStep, redact?: Redact): StepEnd | undefined {
  if (outcome.type === "unreachable") return outcome;
  // The API server is busy, and has judged nothing (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/).
  if (step.type !== "evict" && outcome.type === "refused" && outcome.status === 429 && !outcome.answer)
    return { type: "unreachable", detail: `the API server has no room for ${refText(step.target)} now (429)` };
  if (outcome.type === "refused" && outcome.answer) {
    const detail = `It did not heal itself: ${answerText(step, outcome.answer, redact)}.`;
    return { type: "failed", result: { outcome: "refused", detail } };
  }
  if (outcome.type === "refused") {
    const fields = outcome.fields.length > 0 ? `: ${outcome.fields.join(", ")}` : "";
    return {
      type: "failed",
      result: {
        outcome: "refused",
        detail: `The cluster refused the change of ${refText(step.target)} (${outcome.status} ${outcome.reason}${fields}).`,
      },
    };
  }
  if (step.type === "http" && outcome.type === "unknown") {
    return {
      type: "failed",
      result: {
        outcome: "failed",
        detail: `${refText(step.target)} was asked to heal and did not answer (${outcome.detail}).`,
      },
    };
  }
  return undefined;
}

/** Whether a request to an application has certainly not come to it: there was no connection, or the API server kept it. */
export function hasNotArrived(outcome: WriteOutcome): boolean {
  if (outcome.type === "refused") return outcome.answer === undefined;
  return outcome.type !== "done" && outcome.type !== "unknown";
}

const answersShown = 5;
const answerCharsShown = 120;

/**
 * An application's answer for people: its status, and the beginning of its words when they can be redacted. Redacted first and as
 * it is: line by line a secret is told from what stands around it, and in half it is not told at all.
 */
export function answerText(step: WriteStep, { status, text }: HttpAnswer, redact?: Redact): string {
  const words = redact?.(text).replace(/\s+/g, " ").trim().slice(0, answerCharsShown) ?? "";
  return `${step.target.name} answered HTTP ${status}${words ? ` "${words}"` : ""}`;
}

/** Several answers as one text: the first few, and how many more; nothing where nobody answered. */
export function answersText(said: readonly string[]): readonly string[] {
  if (said.length === 0) return [];
  const more = said.length > answersShown ? `; and ${said.length - answersShown} more` : "";
  return [`${said.slice(0, answersShown).join("; ")}${more}`];
}
