import type { SlackFailure } from "../slack-port.ts";

export type DeliverOutcome =
  | { readonly type: "done" }
  /** Call again after so many seconds: the edit budget is used up, a verdict is awaited, or Slack asked to wait. */
  | {
      readonly type: "again";
      readonly afterSeconds: number;
      readonly code: string;
      /** The incident's message is as it should be; only its thread has to wait. */
      readonly onlyThread?: true;
    }
  /** `unseen`: the incident's message itself; nobody sees how things are. Without it, only a part of the thread is missing. */
  | { readonly type: "refused"; readonly code: string; readonly unseen?: true };

/** What a refusal of Slack means for the delivery. */
export function outcomeOf(failure: SlackFailure): DeliverOutcome {
  if (failure.type === "never") return { type: "refused", code: failure.code };
  return {
    type: "again",
    afterSeconds: failure.type === "later" ? (failure.retryAfterSeconds ?? 2) : 2,
    code: failure.code,
  };
}
