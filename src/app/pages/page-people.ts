import type { Identify } from "../../bot/slack/identity.ts";
import type { SlackOutcome } from "../../bot/slack/slack-port.ts";
import type { People } from "../../bot/web/pages-port.ts";

export interface PagePeopleDeps {
  /** Absent where Slack is not configured. */
  readonly slack?:
    | {
        readonly identify: Identify;
        /** Undefined when nobody of the workspace has the address. */
        readonly userByEmail: (email: string) => Promise<SlackOutcome<string | undefined>>;
      }
    | undefined;
}

const address = /^[^\s@]+@[^\s@]+$/;

/**
 * Who decides in a page. With Slack everybody is a member of the workspace, whichever way he comes: under two names one person
 * would be four eyes.
 */
export function createPagePeople({ slack }: PagePeopleDeps): People {
  return {
    slackUser: async (userId) =>
      slack ? await slack.identify(userId) : { ok: false, reason: "Slack is not configured; nobody can be asked." },
    async proxied(user) {
      const email = address.test(user) ? user.toLowerCase() : undefined;
      if (!slack) {
        const person = email ? { id: `mail:${email}`, name: email } : { id: `proxy:${user}`, name: user };
        return { ok: true, person };
      }
      if (!email)
        return { ok: false, reason: "The proxy gives a name, but decisions need the e-mail address that Slack knows." };
      const found = await slack.userByEmail(email);
      if (!found.ok)
        return {
          ok: false,
          reason: `Slack did not say who ${email} is (${found.failure.code}). Try again in a minute.`,
        };
      if (found.value === undefined)
        return {
          ok: false,
          reason: `Nobody in the Slack workspace has the address ${email}; decisions are made by members.`,
        };
      return await slack.identify(found.value);
    },
  };
}
