import type { IncidentView } from "../../bot/incident-view.ts";
import type { Escalation } from "../../bot/slack/deliver/escalation.ts";
import { resolveChannel } from "../../bot/slack/deliver/resolve-channel.ts";
import { channelOf, type Route } from "../../bot/slack/deliver/route.ts";
import type { SlackPort } from "../../bot/slack/slack-port.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import type { Logger } from "../../lib/logger.ts";

export interface Channels {
  readonly channel: string;
  readonly fallbackChannel?: string;
  readonly route?: (view: IncidentView) => string | undefined;
  readonly escalation?: Escalation;
}

const groupIdShape = /^S[A-Z0-9]{6,}$/;

/** Where incidents go and who is called, with the names of the configuration as Slack's ids. */
export async function chatChannels(
  settings: Config["slack"],
  deps: { readonly slack: SlackPort; readonly observation: Observation; readonly log: Logger },
): Promise<Channels> {
  const { slack, observation, log } = deps;
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
    ...(escalation ? { escalation: await callOf(escalation, slack, log) } : {}),
  };
}

async function callOf(
  { minutes, userGroup, severities }: NonNullable<Config["slack"]["escalation"]>,
  slack: SlackPort,
  log: Logger,
): Promise<Escalation> {
  const call = { afterMs: minutes * 60_000, severities, groupName: userGroup };
  if (groupIdShape.test(userGroup)) return { ...call, groupId: userGroup };
  const found = await slack.groupId(userGroup);
  if (found.ok && found.value) return { ...call, groupId: found.value };
  const why = found.ok ? "there is no user group of that handle" : found.failure.code;
  log.warn({ userGroup, why }, "slack.group-unknown");
  return call;
}
