import { type Escalation, recurrenceKinds } from "../../bot/slack/deliver/escalation.ts";
import { section } from "../../bot/slack/render/blocks.ts";
import { silenceLine } from "../../bot/slack/render/render-silence.ts";
import type { SlackPort } from "../../bot/slack/slack-port.ts";
import { endsSoonMs } from "../../incident/silence.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import type { Jobs } from "../../store/jobs.ts";
import { unansweredIncidents } from "../../store/people/escalations.ts";
import { putBackEndingSilence, takeEndingSilences } from "../../store/people/silences.ts";
import { queues } from "../queues.ts";

export interface ChatRoundsDeps {
  readonly database: Database;
  readonly jobs: Pick<Jobs, "send">;
  readonly slack: Pick<SlackPort, "post">;
  readonly cluster: string;
  readonly channel: string;
  readonly escalation?: Escalation;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Real time between looks (ms). */
const lookEveryMs = 5_000;
const mostCalls = 50;
/** Who asked for less than this knows when it ends (ms). */
const shortSilenceMs = 45 * 60_000;

/** Has help called for incidents that nobody takes. The delivery does it, once; the rows say for which it is due. */
async function escalate(deps: ChatRoundsDeps): Promise<void> {
  const { escalation, database, cluster, clock, jobs } = deps;
  if (!escalation) return;
  const { severities, afterMs } = escalation;
  const query = { cluster, severities, afterMs, now: clock.now(), recurrenceKinds, limit: mostCalls };
  for (const incidentId of await unansweredIncidents(database, query))
    await jobs.send(queues.deliver, { incidentId }, { key: incidentId, unlessWaiting: true });
}

/** Tells who asked for a silence that it ends soon, in time to ask for more. */
async function announceEnds({ database, cluster, clock, slack, channel, log }: ChatRoundsDeps): Promise<void> {
  const now = clock.now();
  const window = { at: now, before: now + endsSoonMs, longerThanMs: shortSilenceMs };
  for (const silence of await takeEndingSilences(database, cluster, window)) {
    const text = `:bell: This silence ends soon; \`/incident silence\` asks for a new one.\n${silenceLine(silence, now)}`;
    const message = {
      text: `Silence ${silence.id} ends soon`,
      blocks: [section(text)],
      postId: `silence/${silence.id}`,
    };
    const own = silence.by.id.startsWith("slack:") ? silence.by.id.slice("slack:".length) : channel;
    const sent = await slack.post({ ...message, channel: own });
    if (sent.ok) continue;
    const { type, code } = sent.failure;
    log.warn({ silence: silence.id, code }, "slack.silence-end-not-told");
    // It has not been said: of a maintenance window with many silences only the first few are taken at once.
    if (type === "later") await putBackEndingSilence(database, silence.id);
  }
}

/** What has to be said because time passes and nothing else happens. Runs until aborted. */
export async function chatRounds(deps: ChatRoundsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await escalate(deps)
      .then(() => announceEnds(deps))
      .catch((error: unknown) => deps.log.warn({ error: messageOf(error) }, "chat.round-failed"));
    await rest(systemClock, lookEveryMs, signal);
  }
}
