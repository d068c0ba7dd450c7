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
export function slackPerson(userId: string, user: UsersInfoResponse["user"], own: OwnTeam): SlackPerson {
  const enterprise = user?.enterprise_user?.enterprise_id;
  const sameTeam = user?.team_id !== undefined && user.team_id === own.teamId;
  const sameEnterprise = own.enterpriseId !== undefined && enterprise === own.enterpriseId;
  const flaggedStranger = user?.is_stranger === true;
  const email = user?.profile?.email;
  return {
    name: user?.profile?.display_name || user?.real_name || user?.name || userId,
    // Whoever can type any address into a profile could otherwise be anybody.
    ...(email && user?.is_email_confirmed !== false ? { email } : {}),
    ...(user?.tz && isTimeZone(user.tz) ? { timeZone: user.tz } : {}),
    isBot: user?.is_bot === true || user?.is_app_user === true || userId === slackbot,
    isGuest: user?.is_restricted === true || user?.is_ultra_restricted === true,
    isStranger: flaggedStranger || !(sameTeam || sameEnterprise),
    isGone: user?.deleted === true,
  };
}
