import type { App, BlockButtonAction } from "@slack/bolt";
import type { View } from "@slack/types";
import type { Person } from "../../incident/approval.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Desk } from "../desk.ts";
import { actionIds, decodeFix, type FixValue, viewIds } from "./action-ids.ts";
import { approvalText } from "./approval-words.ts";
import { plain, section } from "./blocks.ts";
import { answerCommand } from "./commands.ts";
import type { Identify } from "./identity.ts";
import { renderReject, renderReview } from "./render-review.ts";
import type { SlackPort } from "./slack-port.ts";

export interface HandlerDeps {
  readonly desk: Desk;
  readonly slack: SlackPort;
  readonly identify: Identify;
  readonly log: Logger;
  readonly now: () => number;
  /** False when this very request has been handled before. */
  readonly firstSight: (requestId: string) => Promise<boolean>;
}

type Say = (text: string) => Promise<unknown>;

const failed = "That did not work, and nothing was changed. It is in the log; please try again.";

function waitingView(text: string): View {
  return { type: "modal", title: plain("Review fix", 24), close: plain("Close", 24), blocks: [section(text)] };
}

function requestId(context: Record<string, unknown>): string | undefined {
  const signature = context["requestSignature"];
  return typeof signature === "string" ? signature : undefined;
}

/** Everything after the acknowledgement: once per request, by a known person, and with an answer even when it fails. */
async function handle(
  deps: HandlerDeps,
  request: { context: Record<string, unknown>; userId: string; say: Say; name: string },
  act: (by: Person) => Promise<void>,
): Promise<void> {
  try {
    const id = requestId(request.context);
    if (id && !(await deps.firstSight(id))) return;
    const identity = await deps.identify(request.userId);
    if (!identity.ok) {
      await request.say(identity.reason);
      return;
    }
    await act(identity.person);
  } catch (error) {
    deps.log.error({ request: request.name, error: messageOf(error) }, "slack.request-failed");
    await request
      .say(failed)
      .catch((again: unknown) => deps.log.warn({ error: messageOf(again) }, "slack.answer-failed"));
  }
}

async function openReview(deps: HandlerDeps, triggerId: string, value: FixValue, by: Person, say: Say): Promise<void> {
  // A trigger lives for three seconds: open first, fill in when the plan is there.
  const opened = await deps.slack.openView(triggerId, waitingView("Making sure the plan is up to date …"));
  if (!opened.ok) {
    await say(`Slack did not open the review (${opened.failure.code}). Please click again.`);
    return;
  }
  const view = await deps.desk.view(value.incidentId);
  let fix = view?.fixes.find((one) => one.recommendation.id === value.recommendationId);
  if (fix && fix.plan?.plan.state !== "proposed" && fix.recommendation.needs.length === 0) {
    fix = (await deps.desk.replan(value.incidentId, value.recommendationId, fix.recommendation.params, by)) ?? fix;
  }
  const shown = fix
    ? renderReview(fix, { incidentId: value.incidentId })
    : waitingView("This fix is no longer offered; the message shows the present ones.");
  const updated = await deps.slack.updateView(opened.value.viewId, shown);
  if (!updated.ok) deps.log.warn({ code: updated.failure.code }, "slack.review-not-shown");
}

/** Text that a person typed into an input of a submitted view. */
function typed(
  values: Record<string, Record<string, { value?: string | null; selected_option?: { value?: string } | null }>>,
  blockId: string,
): string | undefined {
  const input = values[blockId]?.["value"];
  return input?.selected_option?.value ?? input?.value ?? undefined;
}

/** Registers every listener. Each acknowledges at once and only then does anything that may take time. */
export function registerHandlers(app: App, deps: HandlerDeps): void {
  const onButton = (
    actionId: string,
    act: (input: { value: string; triggerId: string; by: Person; say: Say }) => Promise<void>,
  ) => {
    app.action<BlockButtonAction>(
      { type: "block_actions", action_id: actionId },
      async ({ ack, body, action, context, respond }) => {
        await ack();
        const say: Say = (text) => respond({ text, response_type: "ephemeral", replace_original: false });
        await handle(deps, { context, userId: body.user.id, say, name: actionId }, (by) =>
          act({ value: action.value ?? "", triggerId: body.trigger_id, by, say }),
        );
      },
    );
  };
  const onFix = (
    actionId: string,
    act: (input: { fix: FixValue; triggerId: string; by: Person; say: Say }) => Promise<void>,
  ) => {
    onButton(actionId, async (input) => {
      const fix = decodeFix(input.value);
      if (fix) await act({ ...input, fix });
      else await input.say("This button is from an older version of kubemend. `/incident show` draws it again.");
    });
  };

  onFix(actionIds.approve, async ({ fix, by, say }) => {
    const outcome = await deps.desk.approve(fix.planId, fix.digest, by);
    await say(approvalText(outcome));
  });
  onFix(actionIds.review, ({ fix, triggerId, by, say }) => openReview(deps, triggerId, fix, by, say));
  onFix(actionIds.reject, async ({ fix, triggerId, say }) => {
    // Nothing to wait for before opening: the incident's rows are at hand long before the trigger runs out.
    const view = await deps.desk.view(fix.incidentId);
    const known = view?.fixes.find((one) => one.recommendation.id === fix.recommendationId);
    if (!known) return void (await say("This fix is no longer offered; the message shows the present ones."));
    const opened = await deps.slack.openView(triggerId, renderReject(known, { incidentId: fix.incidentId }));
    if (!opened.ok) await say(`Slack did not open the form (${opened.failure.code}). Please click again.`);
  });
  onFix(actionIds.undo, async ({ fix, by, say }) => {
    await say((await deps.desk.undo(fix.planId, by)).text);
  });
  onButton(actionIds.acknowledge, async ({ value, by, say }) => {
    const outcome = await deps.desk.acknowledge(value, by);
    if (!outcome.ok) await say(outcome.text);
  });
  onButton(actionIds.resolve, async ({ value, by, say }) => {
    const outcome = await deps.desk.resolve(value, by);
    if (!outcome.ok) await say(outcome.text);
  });
  onButton(actionIds.notThisCause, async ({ value, by, say }) => {
    await say((await deps.desk.notThisCause(value, by)).text);
  });

  app.view(viewIds.review, async ({ ack, body, view, context }) => {
    const fix = decodeFix(view.private_metadata);
    const values = view.state.values;
    const previewing = fix?.planId === "";
    const note = typed(values, "note");
    const rejecting = typed(values, "decision") === "reject";
    if (rejecting && !note?.trim()) {
      await ack({ response_action: "errors", errors: { note: "Say why, so that the next one who looks knows." } });
      return;
    }
    if (previewing)
      await ack({ response_action: "update", view: waitingView("Checking the change with the API server …") });
    else await ack({ response_action: "update", view: waitingView(rejecting ? "Rejecting …" : "Approving …") });
    const show: Say = (text) => deps.slack.updateView(view.id, waitingView(text));
    await handle(deps, { context, userId: body.user.id, say: show, name: viewIds.review }, async (by) => {
      if (!fix) return void (await show("This form is from an older version of kubemend; please open it again."));
      if (previewing) {
        const incident = await deps.desk.view(fix.incidentId);
        const known = incident?.fixes.find((one) => one.recommendation.id === fix.recommendationId);
        if (!known) return void (await show("This fix is no longer offered; the message shows the present ones."));
        const filled = Object.fromEntries(
          known.recommendation.needs.map((need) => [need.name, typed(values, `param.${need.name}`) ?? ""]),
        );
        const planned = await deps.desk.replan(
          fix.incidentId,
          fix.recommendationId,
          { ...known.recommendation.params, ...filled },
          by,
        );
        await deps.slack.updateView(view.id, renderReview(planned ?? known, { incidentId: fix.incidentId }));
        return;
      }
      if (rejecting) await show((await deps.desk.reject(fix.planId, by, note ?? "")).text);
      else await show(approvalText(await deps.desk.approve(fix.planId, fix.digest, by, note)));
    });
  });

  app.view(viewIds.reject, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: waitingView("Rejecting …") });
    const show: Say = (text) => deps.slack.updateView(view.id, waitingView(text));
    await handle(deps, { context, userId: body.user.id, say: show, name: viewIds.reject }, async (by) => {
      const fix = decodeFix(view.private_metadata);
      if (!fix) return void (await show("This form is from an older version of kubemend; please open it again."));
      await show((await deps.desk.reject(fix.planId, by, typed(view.state.values, "note") ?? "")).text);
    });
  });

  app.command(/.*/, async ({ ack, command, context, respond }) => {
    await ack();
    const say: Say = (text) => respond({ text, response_type: "ephemeral" });
    await handle(deps, { context, userId: command.user_id, say, name: "command" }, async (by) => {
      const answer = await answerCommand(command.text, { desk: deps.desk, by, now: deps.now() });
      await respond({
        response_type: "ephemeral",
        text: answer.text,
        ...(answer.blocks ? { blocks: [...answer.blocks] } : {}),
      });
    });
  });

  // Buttons of older messages and anything else that comes in is acknowledged, or Slack shows an error to the person.
  app.action(/.*/, async ({ ack }) => ack());
  app.view(/.*/, async ({ ack }) => ack());
  app.shortcut(/.*/, async ({ ack }) => ack());
}
