import type { Delivery } from "../bot/delivery.ts";
import type { Core } from "../core.ts";

/**
 * What a person's act came to. The errors are Slack's own codes ("operation_timeout": the bot did not acknowledge in
 * time) or name what was not there.
 */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

export const done: Outcome = { ok: true };

/** `error` is one of Slack's codes, or names what was not there. */
export function undone(error: string): Outcome {
  return { ok: false, error };
}

/** Slack's sentences for people. */
const sentences: Readonly<Record<string, string>> = {
  operation_timeout: "did not respond in time (operation_timeout).",
  dispatch_failed: "could not be reached (dispatch_failed).",
  dispatch_unknown_error: "answered with something that could not be used (dispatch_unknown_error).",
};

/** Turns a delivery into the outcome; `what` failed is told to the person, unless the page shows it where it happened. */
export function outcomeOf(core: Core, user: string, what: string | undefined, delivery: Delivery): Outcome {
  if (delivery.kind === "acknowledged") return done;
  if (what === undefined) return undone(delivery.error);
  const sentence = sentences[delivery.error] ?? delivery.error;
  core.workspace.updates.publish({ kind: "notice", user, text: `${what}: ${core.settings.bot.real_name} ${sentence}` });
  return undone(delivery.error);
}
