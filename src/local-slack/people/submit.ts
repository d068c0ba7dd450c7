import { knowsFile } from "../api/lookup.ts";
import { stateValues } from "../blocks/element-value.ts";
import { validateView } from "../blocks/validate-view.ts";
import { failed } from "../bot/delivery.ts";
import { interactionHead } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { type Fields, fieldsOf, isFields } from "../json.ts";
import type { View } from "../state/view.ts";
import { modalsOf, mostModals, pushModal, replaceView, setModals } from "../views.ts";
import { checkInputs } from "./check-inputs.ts";
import { type EnteredValues, keepValues, reader } from "./click.ts";
import { done, type Outcome, outcomeOf, undone } from "./outcome.ts";

export interface Submission {
  readonly userId: string;
  /** The visible modal of the person unless given. */
  readonly viewId?: string | undefined;
  readonly entered?: EnteredValues | undefined;
}

/** A submission's outcome; `errors` are shown at the inputs, by block_id. */
export type SubmitOutcome =
  | Outcome
  | { readonly ok: false; readonly error: "input_errors"; readonly errors: Readonly<Record<string, string>> };

/** Submits the visible modal: checks the inputs as Slack's client does, sends view_submission, does what the bot answers. */
export async function submitView(core: Core, submission: Submission): Promise<SubmitOutcome> {
  const { userId } = submission;
  const open = modalsOf(core, userId).find((view) => view.id === submission.viewId) ?? modalsOf(core, userId).at(-1);
  if (!open || (submission.viewId !== undefined && open.id !== submission.viewId)) return undone("view_not_found");
  const read = reader({ entered: submission.entered, actionId: "" });
  const before = open.state.values;
  const values = stateValues(open.blocks, read);
  const merged = Object.fromEntries(
    Object.entries(values).map(([block, actions]) => [
      block,
      Object.fromEntries(
        Object.entries(actions).map(([action, value]) => [
          action,
          read(block, action) === undefined ? (before[block]?.[action] ?? value) : value,
        ]),
      ),
    ]),
  );
  const errors = checkInputs(open.blocks, merged);
  if (Object.keys(errors).length > 0) return { ok: false, error: "input_errors", errors };
  const view = keepValues(core, userId, open, merged);
  const payload = {
    type: "view_submission",
    ...interactionHead(core, userId),
    trigger_id: core.triggers.issue(userId),
    view,
    response_urls: [],
  };
  const delivery = await core.dispatcher.send({ type: "interactive", payload });
  if (delivery.kind === "failed") return outcomeOf(core, userId, undefined, delivery);
  return answer(core, userId, view, delivery.body);
}

/** Does what the bot's answer to a submission says. */
function answer(core: Core, user: string, view: View, body: unknown): SubmitOutcome {
  if (body === undefined) {
    setModals(
      core,
      user,
      modalsOf(core, user).filter((open) => open.id !== view.id),
    );
    return done;
  }
  const reply = fieldsOf(body);
  switch (reply.response_action) {
    case "errors": {
      const errors = Object.entries(fieldsOf(reply.errors)).map(([block, text]) => [block, String(text)] as const);
      const known = errors.filter(([block]) => view.blocks.some((shown) => shown.block_id === block));
      if (known.length === 0) return unusable(core, user, "errors name no block of the view");
      return { ok: false, error: "input_errors", errors: Object.fromEntries(known) };
    }
    case "clear":
      setModals(core, user, []);
      return done;
    case "update":
    case "push": {
      const sent: Fields | undefined = isFields(reply.view) ? reply.view : undefined;
      const problems = sent ? validateView(sent, knowsFile(core)) : ["missing required field: view"];
      if (sent === undefined || problems.length > 0) return unusable(core, user, problems.join("; "));
      if (reply.response_action === "update") replaceView(core, user, view, sent);
      else if (modalsOf(core, user).length >= mostModals) return unusable(core, user, "push_limit_reached");
      else pushModal(core, user, sent);
      return done;
    }
    default:
      return unusable(core, user, `response_action ${String(reply.response_action)}`);
  }
}

/** Slack's client says only "We had some trouble connecting"; the reason helps whoever writes the bot. */
function unusable(core: Core, user: string, reason: string): Outcome {
  return outcomeOf(core, user, `This form (${reason})`, failed("dispatch_unknown_error", reason));
}

export interface Closing {
  readonly userId: string;
  readonly viewId: string;
}

/** Closes a modal by its close button or Esc; the bot hears of it when it asked to. */
export async function closeView(core: Core, { userId, viewId }: Closing): Promise<Outcome> {
  const stack = modalsOf(core, userId);
  const view = stack.find((open) => open.id === viewId);
  if (!view) return undone("view_not_found");
  setModals(core, userId, view.clear_on_close ? [] : stack.filter((open) => open.id !== viewId));
  const closed = view.clear_on_close ? [...stack].reverse() : [view];
  for (const gone of closed.filter((entry) => entry.notify_on_close)) {
    const payload = {
      type: "view_closed",
      ...interactionHead(core, userId),
      view: gone,
      is_cleared: view.clear_on_close && gone.id !== view.id,
    };
    const delivery = await core.dispatcher.send({ type: "interactive", payload });
    // Nobody is told: the dialog is closed all the same.
    if (delivery.kind === "failed") return outcomeOf(core, userId, undefined, delivery);
  }
  return done;
}
