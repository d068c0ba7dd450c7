import { webhookKinds } from "../../cluster/kinds/policy.ts";
import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { called, citeChange } from "./patterns.ts";
import { refusalsOf } from "./quota.ts";

const policyText = /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: ?(.*)/;
const podSecurityText = /violates PodSecurity ("[^"]+"): ?(.*)/;
const webhookText = /failed calling webhook "([^"]+)"|admission webhook "([^"]+)" denied/;

/** The configuration object that registers a webhook of this name. */
function registration(open: Case, webhook: string): ObjectRef {
  for (const kind of webhookKinds)
    for (const object of open.observation.objects.list(kind))
      if (object.webhooks?.some(({ name }) => name === webhook)) return refOf(object);
  return makeRef("ValidatingWebhookConfiguration", undefined, webhook);
}

interface Denial {
  /** The policy, or the namespace that carries it in its labels. */
  readonly by: ObjectRef;
  readonly text: string;
}

/** What the API server itself refuses, by a policy that it judges without asking anybody. */
function denialOf(text: string, workload: ObjectRef): Denial | undefined {
  const [, name, binding, wanted = ""] = policyText.exec(text) ?? [];
  if (name)
    return {
      by: makeRef("ValidatingAdmissionPolicy", undefined, name),
      text: `admission policy ${name} (binding ${binding}) refuses the pods of ${called(workload)}: ${wanted}`,
    };
  const [, level, broken = ""] = podSecurityText.exec(text) ?? [];
  return level && workload.namespace
    ? {
        by: makeRef("Namespace", undefined, workload.namespace),
        text: `Pod Security ${level} of the namespace forbids the pods of ${called(workload)}: ${broken}`,
      }
    : undefined;
}

function policies(open: Case, workload: ObjectRef): readonly Candidate[] {
  for (const refusal of refusalsOf(open, workload).toReversed()) {
    const denial = denialOf(refusal.text, workload);
    if (!denial) continue;
    const modified = (ref: ObjectRef) => open.changesOf(ref).findLast(({ action }) => action === "modified");
    const change = modified(denial.by) ?? modified(workload);
    return [
      candidate(
        {
          cause: "webhook-blocking",
          culprit: change?.ref ?? denial.by,
          statement: untilToken(denial.text, 240).trim(),
          evidence: [...refusal.cite(), ...citeChange(open, change)],
          specificity: change ? 0.96 : 0.94,
          hits: [workload],
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  }
  return [];
}

function webhooks(open: Case, workload: ObjectRef): readonly Candidate[] {
  for (const refusal of refusalsOf(open, workload)) {
    const match = webhookText.exec(refusal.text);
    const name = match?.[1] ?? match?.[2];
    if (!name) continue;
    const culprit = registration(open, name);
    const change = open.changesOf(culprit).at(-1);
    return [
      candidate(
        {
          cause: "webhook-blocking",
          culprit,
          statement: `admission webhook ${name} ${match?.[1] ? "cannot be called" : "refuses"}, so ${called(workload)} gets no new pods`,
          evidence: [...refusal.cite(), ...citeChange(open, change)],
          specificity: 0.94,
          hits: [workload],
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  }
  return [];
}

/** Longer than its grace period plus what unmounting and unregistering usually take. */
const patienceMs = 60_000;

function stuck(open: Case): readonly Candidate[] {
  const objects: readonly KubeObject[] = [
    ...open.scope.flatMap((workload) => open.topology.podsOf(workload)),
    ...["Namespace", "PersistentVolumeClaim", "Deployment", "StatefulSet", "Service", "Job"].flatMap((kind) =>
      open.observation.objects.list(kind),
    ),
  ];
  const named = new Set(open.incident.anomalies.map((anomaly) => `${anomaly.target.kind}/${anomaly.target.name}`));
  for (const anomaly of open.incident.anomalies)
    if (anomaly.seenOn) named.add(`${anomaly.seenOn.kind}/${anomaly.seenOn.name}`);
  return objects.flatMap((object) => {
    const since = Date.parse(object.metadata.deletionTimestamp ?? "");
    const graceMs = (object.metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
    // deletionTimestamp is the moment at which the grace period ends.
    if (!(open.now - since > patienceMs) || !(open.now - since - graceMs > 0)) return [];
    const ref = refOf(object);
    if (object.kind !== "Pod" && !named.has(`${ref.kind}/${ref.name}`)) return [];
    const finalizer = object.metadata.finalizers?.find((item) => item !== "kubernetes");
    const evidence = open.cite({
      source: "object",
      about: ref,
      query: `kubectl ${ref.namespace ? `-n ${ref.namespace} ` : ""}get ${ref.kind.toLowerCase()} ${ref.name} -o yaml`,
      text: `${called(ref)} has been terminating since ${utcTime(since)}; finalizers ${JSON.stringify(object.metadata.finalizers ?? [])}`,
      at: open.now,
    });
    const owner = ref.kind === "Pod" ? open.topology.workloadOfPod(ref.namespace ?? "", ref.name) : undefined;
    return [
      candidate(
        {
          cause: "stuck-terminating",
          culprit: ref,
          statement: `${called(ref)} cannot go away${finalizer ? `: finalizer ${finalizer} is not removed` : ""}`,
          evidence,
          specificity: finalizer ? 0.9 : 0.75,
          hits: owner ? [owner, ref] : [ref],
          since,
          facts: finalizer ? { finalizer } : {},
        },
        open,
      ),
    ];
  });
}

/** Changes that admission refuses, and objects that deletion cannot finish. */
export const blocked: Rule = (open) => [
  ...open.scope.flatMap((workload) => [...webhooks(open, workload), ...policies(open, workload)]),
  ...stuck(open),
];
