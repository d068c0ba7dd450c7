import { isKind } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { eventFinding } from "../gather/events.ts";
import { podFinding } from "../gather/object-state.ts";
import { called, citeChange, citeLogs, freshLogs, isSymptomatic } from "./patterns.ts";

interface Missing {
  readonly ref: ObjectRef;
  readonly key?: string;
}

const absentObject = /(configmap|secret|serviceaccount)s?(?: ["']|\s)"?([a-z0-9][a-z0-9.-]*)["']? (?:was )?not found/i;
const absentKey = /couldn't find key ([-._A-Za-z0-9]+) in (ConfigMap|Secret) ([^/\s]+)\/([a-z0-9][a-z0-9.-]*)/;
const absentVolumeKey = /references non-existent (?:config|secret) key: ?([-._A-Za-z0-9]+)/;
const kinds: Readonly<Record<string, string>> = {
  configmap: "ConfigMap",
  secret: "Secret",
  serviceaccount: "ServiceAccount",
};

/** What the kubelet or a controller says is missing. */
export function missingIn(text: string, namespace: string | undefined): Missing | undefined {
  const key = absentKey.exec(text);
  if (key) return { ref: makeRef(key[2] ?? "", key[3] ?? namespace, key[4] ?? ""), key: key[1] ?? "" };
  const object = absentObject.exec(text);
  if (object) return { ref: makeRef(kinds[object[1]?.toLowerCase() ?? ""] ?? "", namespace, object[2] ?? "") };
  return undefined;
}

/** The change that took the object or its key away. */
function removal(open: Case, { ref, key }: Missing): Change | undefined {
  return open
    .changesOf(ref)
    .filter(
      (change) =>
        change.action === "deleted" ||
        (key !== undefined &&
          change.fields.some((field) => field.area === "data" && field.name === key && field.after === undefined)),
    )
    .at(-1);
}

const waitingReasons = /ConfigError|ContainerCreating|PodInitializing/;

/** A pod of the workload cannot start because this is missing. */
function waitsFor(open: Case, workload: ObjectRef, { kind, name }: ObjectRef): boolean {
  return open.podsOf(workload).some(({ containers }) =>
    containers.some(({ state, reason, message }) => {
      const missing =
        state === "waiting" && waitingReasons.test(reason) ? missingIn(message, workload.namespace) : undefined;
      return missing?.ref.kind === kind && missing.ref.name === name;
    }),
  );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  const take = (missing: Missing, evidence: readonly string[], specificity: number) => {
    const id = `${missing.ref.kind}/${missing.ref.name}/${missing.key ?? ""}`;
    if (found.has(id)) return;
    const taken = removal(open, missing);
    const reference = open.lastChange(workload, "env", "volume", "identity");
    const users = open.topology.usersOf(missing.ref);
    // The workload that refers to it, as everywhere. What keeps several of them from starting is the fault of none.
    const culprit =
      taken && users.filter((user) => waitsFor(open, user, missing.ref)).length > 1 ? missing.ref : workload;
    const what = missing.key ? `key ${missing.key} of ${called(missing.ref)}` : called(missing.ref);
    const change = taken ?? reference;
    const hits = [workload, ...users];
    found.set(
      id,
      candidate(
        {
          cause: "missing-config",
          culprit,
          statement: taken
            ? `${what} was removed, but ${called(workload)} needs it to start`
            : `${called(workload)} refers to ${what}, which does not exist`,
          evidence: [...evidence, ...citeChange(open, change)],
          specificity: Math.min(0.97, specificity + (change ? 0.05 : 0)),
          hits: [...new Map(hits.map((ref) => [ref.name, ref])).values()],
          facts: { workload, ...(missing.key ? { key: missing.key } : {}) },
          ...(change ? { change } : {}),
        },
        open,
      ),
    );
  };

  for (const pod of open.podsOf(workload)) {
    for (const container of pod.containers) {
      if (container.state !== "waiting" || !waitingReasons.test(container.reason)) continue;
      const missing = missingIn(container.message, workload.namespace);
      if (missing) take(missing, open.cite(podFinding(pod, open.now)), 0.92);
    }
  }
  const live = new Set(
    open
      .podsOf(workload)
      .filter((pod) => !pod.ready)
      .map((pod) => pod.ref.name),
  );
  for (const event of open.eventsOf(workload)) {
    if (!event.warning || !/^(FailedMount|Failed|FailedCreate)$/.test(event.reason)) continue;
    if (event.about.kind === "Pod" && !live.has(event.about.name)) continue;
    const missing = missingIn(event.message, workload.namespace);
    if (missing) take(missing, open.cite(eventFinding(event, workload)), 0.92);
    const key = absentVolumeKey.exec(event.message)?.[1];
    const volume = key
      ? open.topology.usesOf(workload).find((use) => use.how === "volume" && hasLost(open, use.ref, key))
      : undefined;
    if (key && volume) take({ ref: volume.ref, key }, open.cite(eventFinding(event, workload)), 0.92);
  }
  // Applications that read their configuration through the API tell it in their logs.
  for (const fact of freshLogs(open, workload)) {
    const missing = /configmap|secret/i.test(fact.example) ? missingIn(fact.example, workload.namespace) : undefined;
    if (missing && !open.observation.objects.get(missing.ref.kind, missing.ref.namespace, missing.ref.name)) {
      take(missing, citeLogs(open, [fact]), removal(open, missing) ? 0.92 : 0.8);
    }
  }
  // Taken away while the process runs: what it reads at run time is gone, whatever words it finds for that.
  if (isSymptomatic(open, workload)) {
    for (const use of open.topology.usesOf(workload)) {
      if (use.how !== "api" && use.how !== "volume") continue;
      if (use.optional || open.observation.objects.get(use.ref.kind, use.ref.namespace, use.ref.name)) continue;
      const taken = removal(open, { ref: use.ref });
      if (!taken || (use.ref.kind !== "ConfigMap" && use.ref.kind !== "Secret")) continue;
      const lines = freshLogs(open, workload).filter(
        (fact) => fact.example.includes(use.ref.name) || /not found|\b404\b/i.test(fact.example),
      );
      take({ ref: use.ref }, [...citeChange(open, taken), ...citeLogs(open, lines, 2)], lines.length > 0 ? 0.92 : 0.8);
    }
  }
  return [...found.values()];
}

function hasLost(open: Case, ref: ObjectRef, key: string): boolean {
  const object = open.observation.objects.find(ref)?.object;
  return (isKind(object, "ConfigMap") || isKind(object, "Secret")) && !(key in (object.data ?? {}));
}

/** ConfigMaps, Secrets and keys that a pod needs and that are not there. */
export const missingConfig: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
