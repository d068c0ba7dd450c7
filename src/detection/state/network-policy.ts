import { asKind, type NetworkPolicy } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef, type ObjectRef, refKey, uniqueRefs } from "../../incident/object-ref.ts";
import { type DetectContext, type Detector, type Finding, timeOf } from "../detector.ts";
import { closedBy, namelessBy } from "./network-policy-verdict.ts";

/** A change this long ago that nobody has suffered from is what everybody has lived with since. */
const recentMs = 60 * 60_000;

const unreached =
  /\b(ETIMEDOUT|ECONN(REFUSED|RESET|ABORTED)|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND)\b|timed? ?out|deadline exceeded|connection (refused|reset)|no route to host|cannot connect|temporary failure in name resolution/i;

interface Changed {
  readonly policy: NetworkPolicy;
  /** How it was; absent when it is new. */
  readonly before?: NetworkPolicy;
  readonly at: number;
}

/** Policies that were made or changed while the watch ran and not long ago, or that stood in the way until now, with the time. */
function changedPolicies(
  { observation, now, watchingSince }: DetectContext,
  standing: ReadonlySet<string>,
): readonly Changed[] {
  return observation.objects.list("NetworkPolicy").flatMap((policy) => {
    const versions = observation.objects.versions(refOf(policy));
    const last = versions.at(-1);
    const before = asKind(versions.at(-2)?.object, "NetworkPolicy");
    // What was there when watching began is no change.
    const made = last !== undefined && timeOf(policy.metadata.creationTimestamp, 0) > last.at - 60_000;
    if (!last || last.at <= watchingSince || (!before && !made)) return [];
    // That it is an hour old has not mended what it breaks.
    if (now - last.at > recentMs && !standing.has(refKey(refOf(policy)))) return [];
    return [{ policy, at: last.at, ...(before ? { before } : {}) }];
  });
}

/** What a caller says or counts about a call since the change: failing requests, or lines about connections. */
function fails(from: ObjectRef, to: ObjectRef, at: number, context: DetectContext): string | undefined {
  const { observation, logs } = context;
  for (const series of observation.series.select("client_error_ratio", {
    namespace: from.namespace ?? "",
    workload: from.name,
  })) {
    const host = (series.labels.peer ?? "").replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, "");
    const { workloads } = context.topology().resolveHost(from.namespace, host);
    if (!workloads.some((workload) => refKey(workload) === refKey(to))) continue;
    if (series.lastAt > at && series.last >= 0.2) return `${Math.round(series.last * 100)} % of its calls fail`;
  }
  for (const tally of logs.workloads()) {
    if (refKey(tally.workload) !== refKey(from)) continue;
    for (const template of tally.templatesSince(at)) {
      if (template.runAt >= at - 2_000 && unreached.test(`${template.text} ${template.example}`))
        return `it says "${template.example.slice(0, 120)}"`;
    }
  }
  return undefined;
}

/**
 * Network policies that were made or changed and now stand in the way of a call that somebody needs. Source: the policies of
 * both sides against the calls of the topology, and failing calls or lines about connections since the change. Not a fault:
 * a policy that lets the call through, a call that nobody makes or that goes on well (no plug-in enforces the policy), calls
 * that another policy had closed before, what fails for other reasons.
 */
export function networkPolicy(): Detector {
  let told: ReadonlySet<string> = new Set();

  function* detect(context: DetectContext): Iterable<Finding> {
    const changed = changedPolicies(context, told);
    told = new Set();
    if (changed.length === 0) return;
    const { observation } = context;
    const all = observation.objects.list("NetworkPolicy");
    const before = [
      ...all.filter((policy) => !changed.some((one) => one.policy === policy)),
      ...changed.flatMap((one) => one.before ?? []),
    ];
    const found = new Map<string, Finding & { related: ObjectRef[] }>();
    for (const call of context.topology().calls) {
      const closed = (policies: readonly NetworkPolicy[]) => [
        ...closedBy(policies, "Ingress", call, observation),
        ...closedBy(policies, "Egress", call, observation),
        ...namelessBy(policies, call.from, observation),
      ];
      const standing = closed(all);
      const culprit = changed.find(({ policy }) => standing.includes(policy));
      if (!culprit || closed(before).length > 0) continue;
      const proof = fails(call.from, call.to, culprit.at, context);
      if (proof === undefined) continue;
      const { namespace, name } = culprit.policy.metadata;
      const known = found.get(refKey(refOf(culprit.policy)));
      if (known) {
        // The first call that fails gives the name; the trouble of all of them is the policy's.
        known.related.push(call.from, call.to);
        continue;
      }
      found.set(refKey(refOf(culprit.policy)), {
        reason: "PolicyBlocksTraffic",
        target: makeRef("NetworkPolicy", namespace, name),
        severity: "high",
        headline: `stands between ${call.from.name} and ${call.to.name}`,
        summary: `NetworkPolicy ${name} was made or changed and lets ${call.from.name} no longer reach ${call.to.name}: ${proof}`,
        startsAt: culprit.at,
        related: [call.from, call.to],
      });
    }
    told = new Set(found.keys());
    for (const finding of found.values()) yield { ...finding, related: uniqueRefs(finding.related) };
  }

  return { name: "network-policy", family: "state", nature: "fault", detect };
}
