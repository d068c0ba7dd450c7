import type { SeenEvent } from "../../cluster/event-store.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import { buildTopology, type Topology } from "../../cluster/topology.ts";
import { isWorkloadKind } from "../../cluster/workload.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Incident } from "../../incident/incident.ts";
import { makeRef, type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { type Change, findChanges } from "../gather/changes.ts";
import { createEvidenceBook, type EvidenceBook, type Finding } from "../gather/evidence-book.ts";
import type { FieldArea } from "../gather/field-diff.ts";
import type { LogSign } from "../gather/log-text.ts";
import { type LogFact, type LogWindow, logFactsOf } from "../gather/logs.ts";
import { type Shift, shiftOf } from "../gather/metrics.ts";
import { leftUnstarted, type PodFact, podsOfWorkload } from "../gather/object-state.ts";
import { withoutTakenBack } from "../gather/taken-back.ts";
import { asOf, laterTroubleSince } from "./later-trouble.ts";

/** Everything a rule may look at: one incident, the observed cluster around it, and the book in which facts are quoted. */
export interface Case {
  /** As it stands: without its beginning, where that was another trouble which is over. */
  readonly incident: Incident;
  readonly observation: Observation;
  readonly topology: Topology;
  readonly now: number;
  readonly onset: number;
  /** When the incident began with another trouble, which is over (ms). */
  readonly earlier?: number;
  readonly window: LogWindow;
  readonly book: EvidenceBook;
  /** Workloads with symptoms, then what they depend on. Bounded. */
  readonly scope: readonly ObjectRef[];
  readonly symptomatic: readonly ObjectRef[];
  readonly changes: readonly Change[];
  podsOf(workload: ObjectRef): readonly PodFact[];
  /** Changes of the workload itself. */
  changesOf(ref: ObjectRef, ...areas: readonly FieldArea[]): readonly Change[];
  /** The newest change of the workload in these areas. */
  lastChange(ref: ObjectRef, ...areas: readonly FieldArea[]): Change | undefined;
  logsOf(workload: ObjectRef, ...signs: readonly LogSign[]): readonly LogFact[];
  /** Events about the workload, its replica sets, jobs and pods, since shortly before the onset, oldest first. */
  eventsOf(workload: ObjectRef): readonly SeenEvent[];
  shifts(name: DerivedSeriesName, match: Readonly<Record<string, string>>): readonly Shift[];
  anomaliesOf(workload: ObjectRef): readonly Anomaly[];
  /** Quotes findings and returns their ids. */
  cite(...findings: readonly (Finding | undefined)[]): readonly string[];
}

const changesBeforeMs = 40 * 60_000;
/** The first symptom may be dated a little before the change that brought it: samples are averages. */
const changesAfterMs = 60_000;
const logsBeforeMs = 10 * 60_000;
const eventsBeforeMs = 3 * 60_000;
/** What was gone or put back this long before the first symptom has not brought it. */
const longGoneMs = 60_000;
const maxScope = 60;

/** Workloads that an anomaly's target stands for. */
export function workloadsFor(topology: Topology, observation: Observation, ref: ObjectRef): readonly ObjectRef[] {
  if (isWorkloadKind(ref.kind)) {
    const object = observation.objects.find(ref)?.object;
    return object ? [observation.objects.topOwner(object)] : [ref];
  }
  if (ref.kind === "Pod") {
    const owner = topology.workloadOfPod(ref.namespace ?? "", ref.name);
    return owner ? [owner] : [];
  }
  if (ref.kind === "Service") return topology.workloadsBehind(ref);
  if (ref.kind === "HorizontalPodAutoscaler") {
    const hpa = observation.objects.find(ref)?.object;
    return isKind(hpa, "HorizontalPodAutoscaler")
      ? [makeRef(hpa.spec.scaleTargetRef.kind, ref.namespace, hpa.spec.scaleTargetRef.name)]
      : [];
  }
  if (ref.kind === "Node") {
    return topology.workloads.filter((workload) =>
      topology.podsOf(workload).some((pod) => pod.spec.nodeName === ref.name),
    );
  }
  return topology.usersOf(ref);
}

function memo<T>(make: (ref: ObjectRef) => T): (ref: ObjectRef) => T {
  const known = new Map<string, T>();
  return (ref) => {
    const key = refKey(ref);
    const found = known.get(key) ?? make(ref);
    known.set(key, found);
    return found;
  };
}

export interface CaseInput {
  readonly incident: Incident;
  readonly observation: Observation;
  readonly now: number;
  readonly redact: Redact;
  readonly previousEvidence?: readonly Evidence[];
}

/** What an incident is seen on. What a node carries has not become sick by being there. */
function targetsOf({ target, affected, anomalies }: Incident): readonly ObjectRef[] {
  const seen = anomalies.flatMap((anomaly) => (anomaly.seenOn ? [anomaly.target, anomaly.seenOn] : [anomaly.target]));
  return [target, ...affected, ...seen].filter((ref) => ref.kind !== "Node");
}

/** Opens a case: fixes the windows, finds who is in scope, and reads lazily from then on. */
export function openCase(input: CaseInput): Case {
  const { observation, now } = input;
  const topology = buildTopology(observation, { logLinesPerPod: 400, logsSince: input.incident.onset - 60_000 });
  const workloadsOf = (refs: readonly ObjectRef[]) =>
    uniqueRefs(refs.flatMap((ref) => workloadsFor(topology, observation, ref)));
  const later = laterTroubleSince(input.incident, workloadsOf(targetsOf(input.incident)), now, {
    observation,
    topology,
  });
  const incident = later === undefined ? input.incident : asOf(input.incident, later);
  const { onset } = incident;
  const window = { before: onset - logsBeforeMs, onset: onset - 2_000, now };
  const targets = targetsOf(incident);
  const symptomatic = workloadsOf(targets);
  const around = symptomatic.flatMap((workload) => topology.dependenciesOf(workload));
  // An incident about a quota, a policy or a configuration alone: whoever lives beside it may be what it hurts.
  const beside =
    symptomatic.length > 0
      ? []
      : topology.workloads.filter((ref) => targets.some((target) => target.namespace === ref.namespace));
  const scope = uniqueRefs([...symptomatic, ...around, ...beside]).slice(0, maxScope);
  // What was changed later is an attempt to repair, or its undoing.
  const changes = withoutTakenBack(
    findChanges(observation, onset - changesBeforeMs, Math.min(now, onset + changesAfterMs)),
    onset - longGoneMs,
  );
  const book = createEvidenceBook({
    redact: input.redact,
    ...(input.previousEvidence ? { previous: input.previousEvidence } : {}),
  });

  const podsOf = memo((workload) =>
    podsOfWorkload(observation, topology, workload, onset - longGoneMs).filter((fact) => !leftUnstarted(fact, onset)),
  );
  const allLogs = memo((workload) => logFactsOf(observation, workload, topology.podNamesOf(workload), window));
  const recentEvents = observation.events.between(onset - eventsBeforeMs, now);
  const eventsOf = memo((workload) => {
    const owners = new Set<string>([refKey(workload)]);
    for (const kind of ["ReplicaSet", "Job"] as const) {
      for (const object of observation.objects.list(kind, workload.namespace)) {
        if (sameRef(observation.objects.topOwner(object), workload))
          owners.add(refKey(makeRef(kind, workload.namespace, object.metadata.name)));
      }
    }
    for (const pod of topology.podNamesOf(workload)) owners.add(refKey(makeRef("Pod", workload.namespace, pod)));
    for (const { object, deletedAt } of observation.objects.deleted("Pod", workload.namespace))
      if (deletedAt < onset - longGoneMs)
        owners.delete(refKey(makeRef("Pod", workload.namespace, object.metadata.name)));
    return recentEvents.filter((event) => owners.has(refKey(event.about)));
  });
  const changesOf: Case["changesOf"] = (ref, ...areas) =>
    changes.filter(
      (change) =>
        sameRef(change.ref, ref) && (areas.length === 0 || change.fields.some((field) => areas.includes(field.area))),
    );

  return {
    incident,
    observation,
    topology,
    now,
    onset,
    ...(later === undefined ? {} : { earlier: input.incident.onset }),
    window,
    book,
    scope,
    symptomatic,
    changes,
    podsOf,
    changesOf,
    lastChange: (ref, ...areas) => changesOf(ref, ...areas).at(-1),
    logsOf: (workload, ...signs) =>
      signs.length === 0
        ? allLogs(workload)
        : allLogs(workload).filter((fact) => fact.signs.some((sign) => signs.includes(sign))),
    eventsOf,
    shifts: (name, match) =>
      observation.series.select(name, match).flatMap((series) => shiftOf(observation, series, onset, now) ?? []),
    anomaliesOf: (workload) =>
      incident.anomalies.filter((anomaly) =>
        workloadsFor(topology, observation, anomaly.target).some((ref) => sameRef(ref, workload)),
      ),
    cite: (...findings) => findings.flatMap((finding) => (finding ? (book.cite(finding) ?? []) : [])),
  };
}
