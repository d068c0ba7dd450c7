import type { ApproveDeps, SecondFactorPort } from "../../actions/approve/approve.ts";
import type { ClusterAccessPort } from "../../actions/approve/approver-access.ts";
import { groupsNamed, type Policy } from "../../actions/policy/policy-file.ts";
import type { Approver } from "../../actions/policy/who-may.ts";
import { createGroupsOf, type GroupMembersDeps } from "../../bot/slack/group-members.ts";
import type { Person } from "../../incident/approval.ts";
import { sealKeyOf } from "../../lib/seal.ts";
import type { Database } from "../../store/database.ts";
import { useCode } from "../../store/plans/second-factor.ts";

export interface ApproversDeps {
  readonly policy: Policy;
  readonly database: Database;
  /** Base64 key of the second factor's secrets; without one no code can be judged. */
  readonly secondFactorKey?: string | undefined;
  readonly clusterAccess?: ClusterAccessPort | undefined;
  /** Absent where Slack is not configured; then nobody is in a user group. */
  readonly slack?: GroupMembersDeps["slack"] | undefined;
  readonly now?: () => number;
}

/** Who approves, and what is asked about him before his voice counts. */
export interface Approvers extends Pick<ApproveDeps, "clusterAccess" | "secondFactor"> {
  /** Bots, guests and strangers were turned away where people are identified; who arrives here is a member. */
  approverOf(person: Person): Promise<Approver>;
}

/**
 * Asks Slack for the members of the policy's groups only; where they cannot be had, nobody is in a group. A key that is
 * none is like no key: no code can be judged.
 */
export function createApprovers(deps: ApproversDeps): Approvers {
  const key = deps.secondFactorKey === undefined ? undefined : sealKeyOf(deps.secondFactorKey);
  const secondFactor: SecondFactorPort | undefined = key && {
    useCode: (attempt) => useCode(deps.database, key, attempt),
  };
  const groupsOf = deps.slack
    ? createGroupsOf({ slack: deps.slack, groups: groupsNamed(deps.policy), now: deps.now ?? Date.now })
    : async () => [];
  return {
    clusterAccess: deps.clusterAccess,
    secondFactor,
    approverOf: async (person) => ({ ...person, human: true, groups: await groupsOf(person.id) }),
  };
}
