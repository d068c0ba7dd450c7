import type { SlackOutcome } from "../../bot/slack/slack-port.ts";
import { slackFailure } from "./slack-failure.ts";
import { createWebClient, type SlackWebOptions } from "./slack-web.ts";

/** Finds the member of the workspace with an address (`users.lookupByEmail`, scope `users:read.email`). */
export function createFindUser(options: SlackWebOptions): (email: string) => Promise<SlackOutcome<string | undefined>> {
  const client = createWebClient(options);
  return async (email) => {
    try {
      const answer = await client.users.lookupByEmail({ email });
      return { ok: true, value: answer.user?.id };
    } catch (error) {
      const failure = slackFailure(error);
      return failure.code === "users_not_found" ? { ok: true, value: undefined } : { ok: false, failure };
    }
  };
}
