import type { SlackOutcome } from "./slack-port.ts";

export interface GroupMembersDeps {
  readonly slack: { groupMembers(groupId: string): Promise<SlackOutcome<readonly string[]>> };
  /** Groups that the policy names, `slack:S123`; no other is ever asked about. */
  readonly groups: readonly string[];
  readonly now: () => number;
}

/** Somebody who leaves a group may still approve for this long (ms). */
const keepMs = 3 * 60_000;
/** After a failure Slack is left alone for a moment; until then nobody is a member. */
const keepFailureMs = 20_000;
const maxGroups = 200;

/**
 * Which of the policy's user groups somebody is in. A group that Slack does not tell about has no members: whoever depends
 * on it is refused.
 */
export function createGroupsOf({
  slack,
  groups,
  now,
}: GroupMembersDeps): (personId: string) => Promise<readonly string[]> {
  const asked = groups.filter((group) => /^slack:S[A-Z0-9]+$/.test(group)).slice(0, maxGroups);
  const known = new Map<string, { readonly members: Promise<ReadonlySet<string>>; until: number }>();
  const membersOf = (group: string): Promise<ReadonlySet<string>> => {
    const kept = known.get(group);
    // Of a clock that was set back nobody knows how long ago it was asked.
    if (kept && kept.until > now() && kept.until <= now() + keepMs) return kept.members;
    const entry = {
      until: now() + keepMs,
      members: slack.groupMembers(group.slice("slack:".length)).then((answer): ReadonlySet<string> => {
        if (answer.ok) return new Set(answer.value);
        entry.until = now() + keepFailureMs;
        return new Set();
      }),
    };
    known.set(group, entry);
    return entry.members;
  };
  return async (personId) => {
    if (!personId.startsWith("slack:")) return [];
    const user = personId.slice("slack:".length);
    const found = await Promise.all(asked.map(async (group) => ((await membersOf(group)).has(user) ? [group] : [])));
    return found.flat();
  };
}
