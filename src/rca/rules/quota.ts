import type { SeenEvent } from "../../cluster/event-store.ts";
import type { Condition } from "../../cluster/kinds/object.ts";
import { isRefusal } from "../../cluster/kinds/workload.ts";
import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { bytesQuantity, coresQuantity, parseQuantity } from "../../cluster/quantity.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import type { Finding } from "../gather/evidence-book.ts";
import { called, citeChange } from "./patterns.ts";

const limitRange = /(?:maximum|minimum) \S+ usage per (?:Container|Pod)|(?<=\S) max limit to request ratio per/i;

function quotaFinding(open: Case, ref: ObjectRef): Finding | undefined {
  const quota = open.observation.objects.find(ref)?.object;
  if (!isKind(quota, "ResourceQuota")) return undefined;
  const hard = quota.status?.hard ?? quota.spec?.hard ?? {};
  const used = quota.status?.used ?? {};
  return {
    source: "object",
    about: ref,
    query: `kubectl -n ${ref.namespace} describe resourcequota ${ref.name}`,
    text: `ResourceQuota ${ref.name}: ${Object.entries(hard)
      .map(([key, value]) => `${key} ${used[key] ?? "?"} used of ${value}`)
      .join(", ")}`,
    at: open.now,
  };
}

/** `requests.cpu=2,pods=1` as numbers. */
function amounts(list: string | undefined): ReadonlyMap<string, number> {
  return new Map(
    (list ?? "").split(",").flatMap((part) => {
      const [key, value] = part.split("=");
      const amount = parseQuantity(value);
      return key && amount !== undefined ? [[key.trim(), amount] as const] : [];
    }),
  );
}

/** Limits that would let the refused pod in, with a quarter to spare: from the message of the admission plugin. */
export function roomFor(message: string): Readonly<Record<string, string>> {
  const parts = /requested: (.*), used: (.*), limited: (.*)$/.exec(message.trim());
  const used = amounts(parts?.[2]);
  return Object.fromEntries(
    [...amounts(parts?.[1])].map(([key, requested]) => {
      const needed = ((used.get(key) ?? 0) + requested) * 1.25;
      if (/memory|storage/.test(key)) return [key, bytesQuantity(Math.ceil(needed / 2 ** 20) * 2 ** 20)];
      return [key, /cpu/.test(key) ? coresQuantity(Math.ceil(needed * 10) / 10) : String(Math.ceil(needed))];
    }),
  );
}

/** True when a refusal is over: it was told before the first symptom, and whoever was refused has all its pods. */
function isOver(open: Case, { about, at }: SeenEvent): boolean {
  if (at >= open.onset) return false;
  const found = open.observation.objects.find(about);
  if (!found || found.deletedAt !== undefined) return true;
  const { spec, status } = found.object as { spec?: { replicas?: number }; status?: { replicas?: number } };
  return about.kind === "ReplicaSet" && (status?.replicas ?? 0) >= (spec?.replicas ?? 1);
}

/** What the controllers of a workload say when the API server refuses its pods. */
export function refusalsOf(
  open: Case,
  workload: ObjectRef,
): readonly { readonly text: string; readonly cite: () => readonly string[]; readonly at: number }[] {
  const events = open
    .eventsOf(workload)
    .filter((event) => event.warning && /^FailedCreate$|ReplicaSetCreateError|FailedUpdate/.test(event.reason))
    .filter((event) => !isOver(open, event));
  const found = events.map((event) => ({
    text: event.message,
    cite: () => open.cite(eventFinding(event, workload)),
    at: event.at,
  }));
  const object = open.observation.objects.find(workload)?.object as
    | (KubeObject & { status?: { conditions?: readonly Condition[] } })
    | undefined;
  const failure = object?.status?.conditions?.find(isRefusal);
  if (failure?.message) {
    const text = failure.message;
    found.push({
      text,
      at: Date.parse(failure.lastTransitionTime ?? "") || open.onset,
      cite: () =>
        open.cite({
          source: "object",
          about: workload,
          query: `kubectl -n ${workload.namespace} get ${workload.kind.toLowerCase()} ${workload.name} -o yaml`,
          text: `condition ${failure.type} of ${called(workload)}: ${text}`,
          at: open.now,
        }),
    });
  }
  return found;
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const refusals = refusalsOf(open, workload);
  const over = refusals.filter((item) => /exceeded quota|failed quota/.test(item.text)).at(-1);
  if (over) {
    const name = /(?:exceeded|failed) quota: ([a-z0-9.-]+)/.exec(over.text)?.[1] ?? "quota";
    const ref = makeRef("ResourceQuota", workload.namespace, name);
    const tightened = open.changesOf(ref).at(-1);
    const own = open.lastChange(workload, "replicas", "resources");
    const change = tightened ?? own;
    const lacks = /failed quota/.test(over.text);
    return [
      candidate(
        {
          cause: "quota-exceeded",
          culprit: ref,
          statement: `${called(ref)} ${lacks ? "demands requests or limits that the pods do not state" : "does not allow another pod"} of ${called(workload)}: ${untilToken(over.text.replace(/^.*?is forbidden: /, ""), 200)}`,
          evidence: [...over.cite(), ...open.cite(quotaFinding(open, ref)), ...citeChange(open, change)],
          specificity: tightened ? 0.97 : 0.92,
          hits: [workload],
          facts: { workload, hard: roomFor(over.text) },
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  }
  const ranged = refusals.filter((item) => limitRange.test(item.text)).at(-1);
  if (!ranged) return [];
  const ranges = open.observation.objects.list("LimitRange", workload.namespace);
  const changed = open.changes
    .filter((change) => change.ref.kind === "LimitRange" && change.ref.namespace === workload.namespace)
    .at(-1);
  const culprit =
    changed?.ref ?? (ranges[0] ? makeRef("LimitRange", workload.namespace, ranges[0].metadata.name) : workload);
  const change = changed ?? open.lastChange(workload, "resources");
  return [
    candidate(
      {
        cause: "quota-exceeded",
        culprit,
        statement: `a limit range forbids the pods of ${called(workload)}: ${untilToken(ranged.text.replace(/^.*?is forbidden: /, ""), 200)}`,
        evidence: [...ranged.cite(), ...citeChange(open, change)],
        specificity: 0.93,
        hits: [workload],
        facts: { workload },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

/** Pods that a ResourceQuota or LimitRange forbids. */
export const quota: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
