import type { App } from "@slack/bolt";
import type { View } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import { placeInIncident } from "../../fix-groups.ts";
import { actionIds, decodeFix, type FixValue, viewIds } from "../render/action-ids.ts";
import { approvalText } from "../render/approval-words.ts";
import { renderReject, renderReview } from "../render/render-review.ts";
import { listener, type Pressed } from "./listen.ts";
import { listenToCommands } from "./listen-commands.ts";
import { listenToEvents } from "./listen-events.ts";
import { listenToIncidentButtons } from "./listen-incident.ts";
import { listenToShortcuts } from "./listen-shortcuts.ts";
import { listenToSilences } from "./listen-silences.ts";
import { listenToUndo } from "./listen-undo.ts";
import { type HandlerDeps, handle, noteView, type Say, typed } from "./request.ts";
import { readReview } from "./submit-review.ts";

export type { HandlerDeps } from "./request.ts";

const submittedWords = {
  fill: "Checking the change with the API server …",
  edit: "Checking the change with the API server …",
  reject: "Rejecting …",
  approve: "Approving …",
} as const;

function waitingView(text: string, title = "Review fix"): View {
  return noteView(title, text);
}

/** Fills the opened modal with the fix, planned anew where its plan does not stand any more. */
async function showReview(
  deps: HandlerDeps,
  form: { show: (view: View) => Promise<void> },
  value: FixValue,
  by: Person,
): Promise<void> {
  const view = await deps.desk.view(value.incidentId);
  let fix = view?.fixes.find((one) => one.recommendation.id === value.recommendationId);
  const place = view && fix && placeInIncident(view, fix);
  if (fix && fix.plan?.plan.state !== "proposed" && fix.recommendation.needs.length === 0) {
    await form.show(waitingView("Making sure the plan is up to date …"));
    fix = (await deps.desk.replan(value.incidentId, value.recommendationId, fix.recommendation.params, by)) ?? fix;
  }
  await form.show(
    fix
      ? renderReview(fix, {
          incidentId: value.incidentId,
          ...(view ? { freeze: view } : {}),
          ...(place ? { place } : {}),
        })
      : waitingView("This fix is no longer offered; the message shows the present ones."),
  );
}

/** Registers every listener. Each acknowledges at once and only then does anything that may take time. */
export function registerHandlers(app: App, deps: HandlerDeps): void {
  const { onButton, onForm } = listener(app, deps);
  const older = "This button is from an older version of kubemend. `/incident show` draws it again.";
  const gone = "This fix is no longer offered; the message shows the present ones.";
  const onFix = (actionId: string, act: (input: Pressed & { readonly fix: FixValue }) => Promise<void>) => {
    onButton(actionId, async (pressed) => {
      const fix = decodeFix(pressed.value);
      if (fix) await act({ ...pressed, fix });
      else await pressed.say(older);
    });
  };

  onFix(actionIds.approve, async ({ fix, by, say }) => {
    const outcome = await deps.desk.approve(fix.planId, fix.digest, by);
    await say(approvalText(outcome));
  });
  onForm(actionIds.review, "Review fix", async ({ value, by }, form) => {
    const fix = decodeFix(value);
    if (fix) await showReview(deps, form, fix, by);
    else await form.say(older);
  });
  onForm(actionIds.reject, "Reject fix", async ({ value }, form) => {
    const fix = decodeFix(value);
    const view = fix && (await deps.desk.view(fix.incidentId));
    const known = view?.fixes.find((one) => one.recommendation.id === fix?.recommendationId);
    if (fix && known) await form.show(renderReject(known, { incidentId: fix.incidentId }));
    else await form.say(fix ? gone : older);
  });
  app.view(viewIds.review, async ({ ack, body, view, context }) => {
    const fix = decodeFix(view.private_metadata);
    const submitted = readReview(view);
    if (submitted.type === "errors") {
      await ack({ response_action: "errors", errors: submitted.errors });
      return;
    }
    await ack({ response_action: "update", view: waitingView(submittedWords[submitted.type]) });
    const show: Say = (text) => deps.slack.updateView(view.id, waitingView(text));
    await handle(deps, { context, userId: body.user.id, say: show, name: viewIds.review }, async (by) => {
      if (!fix) return void (await show("This form is from an older version of kubemend; please open it again."));
      if (submitted.type === "reject")
        return void (await show((await deps.desk.reject(fix.planId, by, submitted.note)).text));
      if (submitted.type === "approve") {
        const { note, code } = submitted;
        return void (await show(approvalText(await deps.desk.approve(fix.planId, fix.digest, by, note, code))));
      }
      const planned = await deps.desk.replanWith(fix.incidentId, fix.recommendationId, submitted.values, by);
      if (!planned.ok) return void (await show(planned.text));
      const names = planned.changed?.join(", ");
      const note = `Not applied yet. ${names ? `You changed ${names}; the` : "The"} reason and the likelihood below are those of the proposal.`;
      const edited = submitted.type === "edit" ? { note } : {};
      await deps.slack.updateView(view.id, renderReview(planned.fix, { incidentId: fix.incidentId, ...edited }));
    });
  });

  app.view(viewIds.reject, async ({ ack, body, view, context }) => {
    await ack({ response_action: "update", view: waitingView("Rejecting …", "Reject fix") });
    const show: Say = (text) => deps.slack.updateView(view.id, waitingView(text, "Reject fix"));
    await handle(deps, { context, userId: body.user.id, say: show, name: viewIds.reject }, async (by) => {
      const fix = decodeFix(view.private_metadata);
      if (!fix) return void (await show("This form is from an older version of kubemend; please open it again."));
      await show((await deps.desk.reject(fix.planId, by, typed(view.state.values, "note") ?? "")).text);
    });
  });

  listenToUndo(app, deps);
  listenToCommands(app, deps);
  listenToIncidentButtons(app, deps);
  listenToSilences(app, deps);
  listenToShortcuts(app, deps);
  listenToEvents(app, deps);

  // Buttons of older messages and anything else that comes in is acknowledged, or Slack shows an error to the person.
  app.action(/.*/, async ({ ack }) => ack());
  app.view(/.*/, async ({ ack }) => ack());
  app.shortcut(/.*/, async ({ ack }) => ack());
}
