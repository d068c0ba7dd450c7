/** A request to the bot, in the three forms Slack has. */
export type Outgoing =
  | { readonly type: "interactive"; readonly payload: object }
  | { readonly type: "slash_commands"; readonly payload: Readonly<Record<string, string>> }
  | {
      readonly type: "events_api";
      readonly payload: object;
      readonly retry?: { readonly num: number; readonly reason: string };
    };

/** What came back; the codes are the ones Slack shows people. */
export type Delivery =
  | { readonly kind: "acknowledged"; readonly body: unknown; readonly noRetry: boolean }
  | {
      readonly kind: "failed";
      readonly error: "operation_timeout" | "dispatch_failed" | "dispatch_unknown_error";
      readonly reason: string;
      readonly noRetry: boolean;
    };

/** Slack may send it again; `reason` is what it gives in `x-slack-retry-reason`. */
export function failed(
  error: "operation_timeout" | "dispatch_failed" | "dispatch_unknown_error",
  reason: string,
): Delivery {
  return { kind: "failed", error, reason, noRetry: false };
}
