import type { Person } from "../../incident/approval.ts";
import type { SlackPort } from "./slack-port.ts";

export type Identity =
  | { readonly ok: true; readonly person: Person /** Of the person's own clock. */; readonly timeZone?: string }
  | { readonly ok: false; readonly reason: string };

export type Identify = (userId: string) => Promise<Identity>;

const keepMs = 5 * 60_000;
const maxKept = 5_000;

/**
 * Who a Slack user is. Bots, guests and people of other workspaces (shared channels) may read but decide nothing; when
 * Slack does not say who it is, nobody is assumed.
 */
export function createIdentify(slack: SlackPort, now: () => number): Identify {
  const known = new Map<string, { identity: Identity; until: number }>();
  return async (userId) => {
    const kept = known.get(userId);
    // Of a clock that was set back nobody knows how long ago it was asked.
    if (kept && kept.until > now() && kept.until <= now() + keepMs) return kept.identity;
    const answer = await slack.userName(userId);
    if (!answer.ok)
      return {
        ok: false,
        reason: `Slack did not say who you are (${answer.failure.code}). Nothing was done; try again in a minute.`,
      };
    const { name, email, timeZone, isBot, isGuest, isStranger, isGone } = answer.value;
    const identity: Identity = isBot
      ? { ok: false, reason: "Bots cannot decide about incidents." }
      : isGone
        ? { ok: false, reason: "This account has been closed; it cannot decide about incidents." }
        : isStranger
          ? { ok: false, reason: "People of other workspaces cannot decide about incidents here." }
          : isGuest
            ? { ok: false, reason: "Guests cannot decide about incidents. Ask a full member of this workspace." }
            : {
                ok: true,
                person: { id: `slack:${userId}`, name, ...(email ? { aliases: [`mail:${email.toLowerCase()}`] } : {}) },
                ...(timeZone ? { timeZone } : {}),
              };
    if (known.size >= maxKept) known.clear();
    known.set(userId, { identity, until: now() + keepMs });
    return identity;
  };
}
