import type { UsersInfoResponse } from "@slack/web-api";
import type { SlackPerson } from "../../bot/slack/slack-port.ts";
import { isTimeZone } from "../../lib/time-zone.ts";

export interface OwnTeam {
  readonly teamId: string | undefined;
  readonly enterpriseId: string | undefined;
}

/** Slack's own account, which no flag marks as a bot. */
const slackbot = "USLACKBOT";

/**
 * What Slack's answer says about a person. Somebody is of ours when Slack does not call him a stranger and he belongs to our
 * workspace or, in an organisation of several, to our organisation; an answer without a workspace is nobody of ours.
 */
export function slackPerson(userId: string, told: UsersInfoResponse["user"], own: OwnTeam): SlackPerson {
  const user: User = told ?? {};
  const { profile, tz } = user;
  const email = profile?.email;
  return {
    name: profile?.display_name || user.real_name || user.name || userId,
    // Whoever can type any address into a profile could otherwise be anybody.
    ...(email && user.is_email_confirmed !== false ? { email } : {}),
    ...(tz && isTimeZone(tz) ? { timeZone: tz } : {}),
    isBot: user.is_bot === true || user.is_app_user === true || userId === slackbot,
    isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
    isStranger: user.is_stranger === true || !belongsTo(user, own),
    isGone: user.deleted === true,
  };
}

type User = NonNullable<UsersInfoResponse["user"]>;

function belongsTo({ team_id: team, enterprise_user: member }: User, { teamId, enterpriseId }: OwnTeam): boolean {
  const sameTeam = team !== undefined && team === teamId;
  return sameTeam || (enterpriseId !== undefined && member?.enterprise_id === enterpriseId);
}
