import type { IncidentView } from "../../bot/incident-view.ts";
import { actionIds } from "../../bot/slack/render/action-ids.ts";
import type { LocalSlack } from "../../local-slack/local-slack.ts";

/**
 * Does what a person would do: presses Approve on the first fix of the incident's message, once. The request goes to the
 * bot signed, as from Slack.
 * @returns true when the button was there and Slack took the click.
 */
export async function approveFirstFix(
  slack: LocalSlack,
  view: IncidentView,
  options: { channel: string; userId: string },
): Promise<boolean> {
  const fix = view.fixes.find((one) => one.plan?.plan.state === "proposed");
  const planId = fix?.plan?.plan.id;
  if (!planId) return false;
  for (const message of slack.messages(options.channel)) {
    const blocks = message["blocks"];
    const button = Array.isArray(blocks)
      ? (blocks as { elements?: { action_id?: string; value?: string }[] }[])
          .flatMap((block) => block.elements ?? [])
          .find((element) => element.action_id === actionIds.approve && element.value?.includes(planId))
      : undefined;
    if (!button?.value || typeof message["ts"] !== "string") continue;
    const outcome = await slack.click({
      channel: options.channel,
      ts: message["ts"],
      actionId: actionIds.approve,
      value: button.value,
      userId: options.userId,
    });
    return outcome.ok;
  }
  return false;
}
