import type { KnownBlock } from "@slack/types";
import { unresolvedStatuses } from "../../../incident/status.ts";
import type { Identity } from "../identity.ts";
import { context, section } from "../render/blocks.ts";
import { renderAnswer } from "../render/render-answer.ts";
import { renderHome } from "../render/render-home.ts";
import { mrkdwn } from "../render/text.ts";
import type { SlackFailure } from "../slack-port.ts";
import { answerCommand, isCommand } from "./commands.ts";
import type { HeardEvent } from "./heard-event.ts";
import type { HandlerDeps } from "./request.ts";

export type EventOutcome =
  | "done"
  | {
      readonly againAfterSeconds: number;
      /** Slack was not asked, or has not taken it: this try had no effect, and is none. */
      readonly untried: boolean;
      /** What has been found already. */
      readonly answer?: HeardEvent["answer"];
    };

const listed = 5;

const outcome = (failure: SlackFailure): EventOutcome =>
  failure.type === "never"
    ? "done"
    : {
        againAfterSeconds: failure.type === "later" ? (failure.retryAfterSeconds ?? 5) : 2,
        untried: failure.type === "later",
      };

interface Kept {
  readonly id: string;
  /** From 2 on, an earlier try may have had its effect. */
  readonly attempt: number;
}

/** Answers in the thread, once: a try after one that may have arrived looks for it first. */
async function reply(
  deps: HandlerDeps,
  kept: Kept,
  event: HeardEvent,
  answer: { readonly text: string; readonly blocks: readonly KnownBlock[] },
): Promise<EventOutcome> {
  const again = (failure: SlackFailure): EventOutcome => {
    const next = outcome(failure);
    return next === "done" ? next : { ...next, answer: { text: answer.text, blocks: [...answer.blocks] } };
  };
  const postId = `event/${kept.id}`;
  if (kept.attempt > 1) {
    const found = await deps.slack.find(event.channel, postId, event.thread);
    if (!found.ok && found.failure.type !== "never") return again(found.failure);
    if (found.ok && found.value) return "done";
  }
  const sent = await deps.slack.post({ channel: event.channel, threadTs: event.thread, postId, ...answer });
  return sent.ok ? "done" : again(sent.failure);
}

async function whisper(
  deps: HandlerDeps,
  event: HeardEvent,
  text: string,
  blocks: readonly KnownBlock[] = [],
): Promise<EventOutcome> {
  const { channel, user, thread, direct } = event;
  const told = await deps.slack.whisper({
    channel,
    userId: user,
    text,
    blocks,
    ...(direct ? {} : { threadTs: thread }),
  });
  return told.ok ? "done" : outcome(told.failure);
}

/** The incident a question is about: that of the thread, else the only one that is open. */
async function incidentOf(deps: HandlerDeps, event: HeardEvent): Promise<string | undefined> {
  const own = await deps.incidentOfMessage?.(event.channel, event.thread);
  if (own !== undefined || !(event.mentioned || event.direct)) return own;
  const open = await deps.desk.list({ statuses: unresolvedStatuses, limit: 2 });
  return open.length === 1 ? open[0]?.id : undefined;
}

async function answerQuestion(
  deps: HandlerDeps,
  kept: Kept,
  event: HeardEvent,
  { person: by, timeZone = deps.timeZone }: Extract<Identity, { ok: true }>,
): Promise<EventOutcome> {
  const { desk } = deps;
  const addressed = event.mentioned || event.direct;
  if (addressed && (event.text === "" || isCommand(event.text))) {
    const answer = await answerCommand(event.text, { desk, by, now: deps.now(), timeZone });
    const blocks = answer.blocks ?? [];
    return answer.personal
      ? whisper(deps, event, answer.text, blocks)
      : reply(deps, kept, event, { text: answer.text, blocks });
  }
  const numbered = /(?:^|\s)#(\d{1,18})\b/.exec(event.text)?.[1];
  const incidentId = (addressed ? numbered : undefined) ?? (await incidentOf(deps, event));
  if (incidentId === undefined) {
    // A question in a thread of people's own is none of ours.
    if (!addressed) return "done";
    const open = await desk.list({ statuses: unresolvedStatuses, limit: listed });
    return whisper(
      deps,
      event,
      open.length === 0
        ? "No incident is open. `/incident list all` shows the latest ones; ask in an incident's thread."
        : `Which one? Ask in an incident's thread, or with its number: \`#${open[0]?.id} why does it restart?\` Open are ${open.map(({ id }) => id).join(", ")}.`,
    );
  }
  const answer = await desk.ask(incidentId, event.text, by);
  if (answer.type === "refused") return whisper(deps, event, mrkdwn(answer.text, 1_000));
  return reply(deps, kept, event, renderAnswer(answer));
}

/** Handles one event that was written down: it has its effect once, also when an earlier try died half way. */
export async function answerEvent(deps: HandlerDeps, kept: Kept, event: HeardEvent): Promise<EventOutcome> {
  if (event.answer) return await reply(deps, kept, event, event.answer);
  const identity = await deps.identify(event.user);
  if (event.kind === "home") {
    const view = identity.ok
      ? renderHome(await deps.desk.home(identity.person))
      : {
          type: "home" as const,
          blocks: [section(identity.reason), context("Incidents are shown in their channels.")],
        };
    const shown = await deps.slack.publishHome(event.user, view);
    return shown.ok ? "done" : outcome(shown.failure);
  }
  if (identity.ok) return await answerQuestion(deps, kept, event, identity);
  // In a thread nobody has asked us; saying so to every guest there would be noise.
  return event.mentioned || event.direct ? await whisper(deps, event, identity.reason) : "done";
}
