import { isKind } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef, uniqueRefs } from "../../incident/object-ref.ts";
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

/** One sign that something is missing. */
interface Sign {
  readonly missing: Missing;
  /** Cites what shows it, when it is taken. */
  readonly evidence: () => readonly string[];
  readonly specificity: number;
}

function* inContainers(open: Case, workload: ObjectRef): Generator<Sign> {
  for (const pod of open.podsOf(workload)) {
    for (const { state, reason, message } of pod.containers) {
      if (state !== "waiting" || !waitingReasons.test(reason)) continue;
      const missing = missingIn(message, workload.namespace);
      if (missing) yield { missing, evidence: () => open.cite(podFinding(pod, open.now)), specificity: 0.92 };
    }
  }
}

function* inEvents(open: Case, workload: ObjectRef): Generator<Sign> {
  const unready = new Set(
    open
      .podsOf(workload)
      .filter((pod) => !pod.ready)
      .map((pod) => pod.ref.name),
  );
  for (const event of open.eventsOf(workload)) {
    if (!event.warning || !/^(FailedMount|Failed|FailedCreate)$/.test(event.reason)) continue;
    if (event.about.kind === "Pod" && !unready.has(event.about.name)) continue;
    const evidence = () => open.cite(eventFinding(event, workload));
    const missing = missingIn(event.message, workload.namespace);
    if (missing) yield { missing, evidence, specificity: 0.92 };
    const key = absentVolumeKey.exec(event.message)?.[1];
    if (!key) continue;
    const volume = open.topology.usesOf(workload).find((use) => use.how === "volume" && hasLost(open, use.ref, key));
    if (volume) yield { missing: { ref: volume.ref, key }, evidence, specificity: 0.92 };
  }
}

/** Applications that read their configuration through the API tell it in their logs. */
function* inLogs(open: Case, workload: ObjectRef): Generator<Sign> {
  for (const fact of freshLogs(open, workload)) {
    const missing = /configmap|secret/i.test(fact.example) ? missingIn(fact.example, workload.namespace) : undefined;
    if (!missing || isThere(open, missing.ref)) continue;
    const specificity = removal(open, missing) ? 0.92 : 0.8;
    yield { missing, evidence: () => citeLogs(open, [fact]), specificity };
  }
}

/** Taken away while the process runs: what it reads at run time is gone, whatever words it finds for that. */
function* takenAtRunTime(open: Case, workload: ObjectRef): Generator<Sign> {
  if (!isSymptomatic(open, workload)) return;
  for (const { ref, how, optional } of open.topology.usesOf(workload)) {
    const isReadWhileRunning = (how === "api" || how === "volume") && !optional;
    if (!isReadWhileRunning || (ref.kind !== "ConfigMap" && ref.kind !== "Secret") || isThere(open, ref)) continue;
    const taken = removal(open, { ref });
    if (!taken) continue;
    const lines = freshLogs(open, workload).filter(
      ({ example }) => example.includes(ref.name) || /not found|\b404\b/i.test(example),
    );
    yield {
      missing: { ref },
      evidence: () => [...citeChange(open, taken), ...citeLogs(open, lines, 2)],
      specificity: lines.length > 0 ? 0.92 : 0.8,
    };
  }
}

function accuse(open: Case, workload: ObjectRef, { missing, evidence, specificity }: Sign): Candidate {
  const taken = removal(open, missing);
  const users = open.topology.usersOf(missing.ref);
  // The workload that refers to it, as everywhere. What keeps several of them from starting is the fault of none.
  const isOfNone = taken && users.filter((user) => waitsFor(open, user, missing.ref)).length > 1;
  const what = missing.key ? `key ${missing.key} of ${called(missing.ref)}` : called(missing.ref);
  const change = taken ?? open.lastChange(workload, "env", "volume", "identity");
  return candidate(
    {
      cause: "missing-config",
      culprit: isOfNone ? missing.ref : workload,
      statement: taken
        ? `${what} was removed, but ${called(workload)} needs it to start`
        : `${called(workload)} refers to ${what}, which does not exist`,
      evidence: [...evidence(), ...citeChange(open, change)],
      specificity: Math.min(0.97, specificity + (change ? 0.05 : 0)),
      hits: uniqueRefs([workload, ...users]),
      facts: { workload, ...(missing.key ? { key: missing.key } : {}) },
      ...(change ? { change } : {}),
    },
    open,
  );
}

/** One candidate for each thing that is missing, by the first sign of it. */
function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const signs of [inContainers, inEvents, inLogs, takenAtRunTime]) {
    for (const sign of signs(open, workload)) {
      const { ref, key = "" } = sign.missing;
      const id = `${ref.kind}/${ref.name}/${key}`;
      if (!found.has(id)) found.set(id, accuse(open, workload, sign));
    }
  }
  return [...found.values()];
}

function isThere(open: Case, { kind, namespace, name }: ObjectRef): boolean {
  return open.observation.objects.get(kind, namespace, name) !== undefined;
}

function hasLost(open: Case, ref: ObjectRef, key: string): boolean {
  const object = open.observation.objects.find(ref)?.object;
  return (isKind(object, "ConfigMap") || isKind(object, "Secret")) && !(key in (object.data ?? {}));
}

/** ConfigMaps, Secrets and keys that a pod needs and that are not there. */
export const missingConfig: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
