import type { IncidentView } from "../../bot/incident-view.ts";
import type { Escalation } from "../../bot/slack/deliver/escalation.ts";
import { resolveChannel } from "../../bot/slack/deliver/resolve-channel.ts";
import { channelOf, type Route } from "../../bot/slack/deliver/route.ts";
import type { SlackPort } from "../../bot/slack/slack-port.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";

export interface Channels {
  readonly channel: string;
  readonly fallbackChannel?: string;
  readonly route?: (view: IncidentView) => string | undefined;
  readonly escalation?: Escalation;
  /** Asks Slack on for what it did not tell at the start, until it does or aborted. Never rejects. */
  readonly askOn?: (signal: AbortSignal) => Promise<void>;
}

/** Real time between two questions for a group that Slack has not told of (ms). */
const askAgainMs = 60_000;
const groupIdShape = /^S[A-Z0-9]{6,}$/;

/** Where incidents go and who is called, with the names of the configuration as Slack's ids. */
export async function chatChannels(
  settings: Config["slack"],
  deps: {
    readonly slack: SlackPort;
    readonly observation: Observation;
    readonly log: Logger;
    readonly clock?: Pick<Clock, "sleep">;
  },
): Promise<Channels> {
  const { slack, observation, log, clock = systemClock } = deps;
  const idOf = (name: string) => resolveChannel(slack, name, log);
  const routes: Route[] = [];
  for (const route of settings.routes) routes.push({ ...route, channel: await idOf(route.channel) });
  const { fallbackChannel, escalation } = settings;
  return {
    channel: await idOf(settings.channel),
    ...(fallbackChannel ? { fallbackChannel: await idOf(fallbackChannel) } : {}),
    ...(routes.length > 0
      ? {
          route: ({ incident }: IncidentView) => {
            const found = observation.objects.find(incident.target);
            return channelOf(routes, incident, found?.object.metadata.labels ?? {});
          },
        }
      : {}),
    ...(escalation ? await callOf(escalation, { slack, log, clock }) : {}),
  };
}

/** Whom to call. A Slack that is away at the start must not leave the group uncalled for as long as this process lives. */
async function callOf(
  { minutes, userGroup, severities }: NonNullable<Config["slack"]["escalation"]>,
  { slack, log, clock }: { readonly slack: SlackPort; readonly log: Logger; readonly clock: Pick<Clock, "sleep"> },
): Promise<Pick<Channels, "escalation" | "askOn">> {
  const call: Escalation & { groupId?: string } = { afterMs: minutes * 60_000, severities, groupName: userGroup };
  if (groupIdShape.test(userGroup)) return { escalation: { ...call, groupId: userGroup } };
  /** Undefined when it is known now; else why not. */
  const ask = async (): Promise<string | undefined> => {
    const found = await slack.groupId(userGroup);
    if (!found.ok) return found.failure.code;
    if (!found.value) return "there is no user group of that handle";
    call.groupId = found.value;
    return undefined;
  };
  const why = await ask();
  if (why === undefined) return { escalation: call };
  log.warn({ userGroup, why }, "slack.group-unknown");
  return {
    escalation: call,
    async askOn(signal) {
      while (!signal.aborted) {
        await rest(clock, askAgainMs, signal);
        if (signal.aborted || (await ask()) !== undefined) continue;
        return log.info({ userGroup }, "slack.group-found");
      }
    },
  };
}
