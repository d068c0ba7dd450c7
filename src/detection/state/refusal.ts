import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Finding } from "../detector.ts";
import { short } from "./container-states.ts";

/** A namespace that is being deleted takes nothing new; controllers try again until they are deleted themselves. */
export const isEndOfNamespace = (message: string): boolean => /because it is being terminated/.test(message);

/**
 * Why the API server refused to make a pod, read from its message (the texts come from the quota, LimitRanger, PodSecurity
 * and webhook admission plugins of kube-apiserver). The quota or the webhook is held responsible, the owner is related.
 */
export function refusalOf(message: string, owner: ObjectRef, seenOn: ObjectRef): Omit<Finding, "startsAt"> {
  const text = short(message, 240);
  const found = (reason: string, target: ObjectRef, headline: string): Omit<Finding, "startsAt"> => ({
    reason,
    target,
    seenOn: sameRef(target, owner) ? seenOn : owner,
    severity: "high",
    headline,
    summary: `${owner.kind} ${owner.name} cannot make pods: ${text}`,
    related: [owner],
  });
  const quota = /exceeded quota: ([a-z0-9.-]+)/.exec(message)?.[1];
  if (quota)
    return found(
      "QuotaExceeded",
      makeRef("ResourceQuota", owner.namespace, quota),
      `stops ${owner.name} from making pods`,
    );
  const unset = /failed quota: ([a-z0-9.-]+): must specify/.exec(message)?.[1];
  if (unset) return found("QuotaNeedsRequests", owner, `must set requests or limits for quota ${unset}`);
  const webhook = /admission webhook "([^"]+)"|failed calling webhook "([^"]+)"/.exec(message);
  if (webhook)
    return found(
      "WebhookDenied",
      makeRef("WebhookConfiguration", undefined, webhook[1] ?? webhook[2] ?? "unknown"),
      `stops ${owner.name} from making pods`,
    );
  const policy = /ValidatingAdmissionPolicy '([^']+)'.* denied request/.exec(message)?.[1];
  if (policy) return found("PolicyDenied", owner, `has pods that admission policy ${policy} refuses`);
  if (/(minimum|maximum) (cpu|memory|ephemeral-storage).* usage per|max limit to request ratio/i.test(message)) {
    return found("LimitRangeViolated", owner, "asks for resources that a LimitRange forbids");
  }
  if (/violates PodSecurity/.test(message))
    return found("PodSecurityViolated", owner, "has pods that PodSecurity forbids");
  if (/serviceaccount "?[^ ]+"? not found/i.test(message))
    return found("ServiceAccountMissing", owner, "names a ServiceAccount that does not exist");
  return found("FailedCreate", owner, "cannot make its pods");
}
