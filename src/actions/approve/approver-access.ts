import type { ApprovalOutcome } from "../../incident/approval.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { ClusterIdentity } from "../policy/policy-file.ts";
import type { Approver } from "../policy/who-may.ts";
import { type AccessQuestion, accessNeeded } from "./access-needed.ts";

/** Who somebody is in the cluster. */
export interface ClusterUser {
  readonly user: string;
  readonly groups: readonly string[];
}

export type AccessAnswer =
  | { readonly type: "allowed" }
  | { readonly type: "denied"; readonly reason: string }
  | { readonly type: "failed"; readonly detail: string };

/** Asks the cluster's own authoriser about somebody; changes nothing. */
export interface ClusterAccessPort {
  mayDo(who: ClusterUser, question: AccessQuestion): Promise<AccessAnswer>;
}

/** The cluster's own names begin so; no mapping may lead to one of them. */
const reserved = "system:";
/** What the API server adds to everybody who has shown who he is. */
const authenticated = "system:authenticated";

/** Who an approver is in the cluster; undefined when the mapping needs something that is not known of him. */
export function clusterUserOf(approver: Approver, mapping: ClusterIdentity): ClusterUser | undefined {
  const ids = [approver.id, ...(approver.aliases ?? [])];
  const after = (prefix: string) => ids.find((id) => id.startsWith(prefix))?.slice(prefix.length);
  const mail = after("mail:");
  const known: Readonly<Record<string, string | undefined>> = {
    mail,
    local: mail?.split("@")[0],
    slack: after("slack:"),
  };
  let whole = true;
  const user = mapping.user.replaceAll(/\{(mail|local|slack)\}/g, (_all, name: string) => {
    const value = known[name];
    if (!value) whole = false;
    return value ?? "";
  });
  if (!whole || user.startsWith(reserved)) return undefined;
  const mapped = approver.groups.flatMap((group) => mapping.groups[group] ?? []);
  return { user, groups: [...new Set([...mapping.everybody, ...mapped, authenticated])] };
}

const refused = (reason: "cluster-denies" | "cluster-not-asked", detail: string): ApprovalOutcome => ({
  type: "refused",
  reason,
  detail,
});

function words({ verb, kind, subresource, namespace, name }: AccessQuestion): string {
  const what = `${kind}${subresource ? `/${subresource}` : ""}${name ? ` ${name}` : ""}`;
  return `${verb} ${what}${namespace ? ` in ${namespace}` : ""}`;
}

/**
 * Why the approver may not make the change of this plan himself in the cluster; undefined when he may. A cluster that
 * does not answer, and a person who cannot be mapped, are refusals.
 */
export async function accessRefusal(
  plan: ActionPlan,
  approver: Approver,
  mapping: ClusterIdentity | undefined,
  cluster: ClusterAccessPort | undefined,
): Promise<ApprovalOutcome | undefined> {
  if (!mapping || !cluster)
    return refused("cluster-not-asked", "The policy wants the cluster to be asked, and nothing is set up to ask it.");
  const who = clusterUserOf(approver, mapping);
  if (!who)
    return refused(
      "cluster-not-asked",
      `Who ${approver.name} is in the cluster cannot be told (policy: clusterIdentity).`,
    );
  for (const question of accessNeeded(plan)) {
    const answer = await cluster.mayDo(who, question);
    if (answer.type === "failed")
      return refused("cluster-not-asked", `The cluster did not say whether ${who.user} may: ${answer.detail}.`);
    if (answer.type === "denied") {
      const why = answer.reason ? ` (${answer.reason})` : "";
      return refused("cluster-denies", `${who.user} may not ${words(question)}${why}.`);
    }
  }
  return undefined;
}
