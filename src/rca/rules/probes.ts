import type { SeenEvent } from "../../cluster/event-store.ts";
import type { Probe } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { fieldName } from "../gather/field-words.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";
import { called, citeChange, citeLogs, freshLogs, lastFields, podShifts } from "./patterns.ts";

/** A pod has its conditions a moment after it is made. */
const startedMs = 20_000;

type ProbeName = "liveness" | "readiness" | "startup";

function portOf(probe: Probe | undefined): number | string | undefined {
  return probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
}

/** True when the probe asks a port that the container does not say it listens on. */
function asksClosedPort(open: Case, workload: ObjectRef, container: string, probe: ProbeName): boolean {
  const spec = podSpecOf(open.observation.objects.find(workload)?.object)?.containers.find(
    (item) => item.name === container,
  );
  const port = portOf(spec?.[`${probe}Probe`]);
  if (port === undefined || !spec?.ports?.length) return false;
  return !spec.ports.some((item) => item.containerPort === port || item.name === port);
}

/** A new readiness probe and a new pod that is not ready: the usual seconds of every start, or the probe. */
function notReadyYet(
  open: Case,
  workload: ObjectRef,
  changed: NonNullable<ReturnType<typeof lastFields>>,
  stuck: readonly PodFact[],
): readonly Candidate[] {
  const fresh = stuck.filter((pod) => pod.createdAt >= changed.change.at - 2_000);
  const pod = fresh[0];
  const container = changed.fields[0]?.container;
  if (!pod || !container) return [];
  return [
    candidate(
      {
        cause: "bad-readiness-probe",
        culprit: workload,
        statement: `the readiness probe of ${called(workload)} was changed, and the new pod is not ready so far`,
        evidence: [...open.cite(podFinding(pod, open.now)), ...citeChange(open, changed.change)],
        specificity: 0.72,
        facts: { container, probe: "readiness" },
        change: changed.change,
      },
      open,
    ),
  ];
}

/**
 * A new liveness or start-up probe, and containers of the new revision that are ended again and again without an error of
 * their own. That the kubelet killed them would be in events; they are kept for an hour at most, and not everybody may read them.
 */
function killedUnheard(
  open: Case,
  workload: ObjectRef,
  changed: NonNullable<ReturnType<typeof lastFields>>,
  probe: "liveness" | "startup",
): readonly Candidate[] {
  const container = changed.fields[0]?.container;
  const killed = open
    .podsOf(workload)
    .filter(
      (pod) =>
        pod.createdAt >= changed.change.at - 2_000 &&
        pod.containers.some(
          ({ name, restarts, lastExit }) =>
            name === container &&
            restarts > 0 &&
            lastExit !== undefined &&
            lastExit.reason !== "OOMKilled" &&
            endedFromOutside.has(lastExit.exitCode),
        ),
    );
  const pod = killed[0];
  if (!pod || !container) return [];
  return [
    candidate(
      {
        cause: "bad-liveness-probe",
        culprit: workload,
        statement: `the ${probe} probe of ${called(workload)} was changed, and containers of the new pod are ended from outside since`,
        evidence: [...open.cite(podFinding(pod, open.now)), ...citeChange(open, changed.change)],
        specificity: 0.86,
        facts: { container, probe },
        change: changed.change,
      },
      open,
    ),
  ];
}

/** SIGTERM heeded, SIGTERM not handled, SIGKILL after the grace period. */
const endedFromOutside: ReadonlySet<number> = new Set([0, 143, 137]);

/**
 * Each of its lives is ended by the kubelet before it has listened once, and it complains of nothing: it is on its way, and
 * takes longer than it is given. What hangs in its start for want of another one says so.
 */
function isKilledStarting(open: Case, workload: ObjectRef, last: SeenEvent, container: string): boolean {
  if (!/connection refused|timeout|deadline exceeded/i.test(last.message)) return false;
  const killed = open
    .podsOf(workload)
    .filter((pod) => pod.deletedAt === undefined && pod.terminatingSince === undefined)
    .flatMap((pod) =>
      pod.containers
        .filter(({ name, restarts }) => name === container && restarts > 0)
        .map((one) => ({ ...one, served: pod.ready || one.ready })),
    );
  const complaints = freshLogs(open, workload).filter(({ level }) => level !== "other");
  return (
    killed.length > 0 &&
    complaints.length === 0 &&
    killed.every(
      ({ served, lastExit }) =>
        !served && lastExit && lastExit.reason !== "OOMKilled" && endedFromOutside.has(lastExit.exitCode),
    ) &&
    wasUnreadyFromTheStart(open, workload, container)
  );
}

/** No life of its pods has been in service: they are as unready as they were made. */
function wasUnreadyFromTheStart(open: Case, workload: ObjectRef, container: string): boolean {
  return open
    .podsOf(workload)
    .filter((pod) => pod.containers.some(({ name, restarts }) => name === container && restarts > 0))
    .every((pod) => {
      const ready = pod.pod.status?.conditions?.find(({ type }) => type === "Ready");
      const since = Date.parse(ready?.lastTransitionTime ?? "");
      return ready?.status === "False" && since - pod.createdAt < startedMs;
    });
}

function judge(open: Case, workload: ObjectRef, probe: ProbeName): readonly Candidate[] {
  const words: Readonly<Record<ProbeName, RegExp>> = {
    liveness: /^Liveness probe/i,
    readiness: /^Readiness probe/i,
    startup: /^Startup probe/i,
  };
  const events = open.eventsOf(workload);
  const failures = events.filter((event) => event.reason === "Unhealthy" && words[probe].test(event.message));
  const last = failures.at(-1);
  const kills = events.filter(
    (event) => event.reason === "Killing" && /failed (liveness|startup) probe/i.test(event.message),
  );
  const changed = lastFields(
    open,
    workload,
    probe === "readiness" ? "readiness" : probe === "startup" ? "startup" : "liveness",
  );
  const container =
    changed?.fields[0]?.container ??
    /container[= {]+([a-z0-9-]+)/.exec(last?.event.involvedObject.fieldPath ?? "")?.[1] ??
    podSpecOf(open.observation.objects.find(workload)?.object)?.containers[0]?.name ??
    workload.name;
  const stuck = open
    .podsOf(workload)
    .filter(
      (pod) =>
        pod.deletedAt === undefined &&
        pod.terminatingSince === undefined &&
        !pod.ready &&
        pod.containers.some((item) => !item.init && item.state === "running" && !item.ready),
    );
  if (!last) {
    if (!changed) return [];
    return probe === "readiness"
      ? notReadyYet(open, workload, changed, stuck)
      : killedUnheard(open, workload, changed, probe);
  }
  // Every pod fails its readiness probe for its first seconds.
  const lasting = stuck.filter(
    (pod) =>
      failures.some(
        (event) => event.about.name === pod.ref.name && (event.count > 3 || event.at - pod.createdAt > 20_000),
      ) ||
      (changed && open.now - pod.createdAt > 10_000),
  );
  if (probe === "readiness" && lasting.length === 0) return changed ? notReadyYet(open, workload, changed, stuck) : [];
  if (probe !== "readiness" && kills.length === 0 && !changed) return [];

  const notFound = /statuscode: (404|400|405|401|403)/.test(last.message);
  const closed = asksClosedPort(open, workload, container, probe);
  const unhealthy = /statuscode: 5\d\d/.test(last.message);
  const own = freshLogs(open, workload, "exception", "heap").filter(
    (fact) => fact.level === "error" || fact.level === "fatal",
  );
  const throttled = podShifts(open, workload, "container_cpu_throttled_ratio").shifts.some((shift) => shift.peak > 0.4);
  const late = /timeout|deadline exceeded/i.test(last.message);
  const crashed = probe === "readiness" && stuck.every((pod) => pod.containers.some((item) => item.restarts > 0));
  const starting = probe !== "readiness" && !changed && isKilledStarting(open, workload, last, container);
  const released = open.lastChange(workload, "image", "command");
  const base = changed
    ? 0.97
    : closed
      ? 0.88
      : notFound
        ? 0.82
        : starting
          ? released
            ? 0.62
            : 0.84
          : late
            ? 0.5
            : 0.38;
  const doubt = changed
    ? crashed
      ? 0.3
      : 0
    : (unhealthy ? 0.1 : 0) + (own.length > 0 ? 0.15 : 0) + (throttled && late ? 0.2 : 0) + (crashed ? 0.2 : 0);
  const pod =
    (probe === "readiness" ? lasting[0] : open.podsOf(workload).find((item) => item.ref.name === last.about.name)) ??
    stuck[0];
  const fields = changed?.fields
    .map(
      (field) => `${fieldName(field).replace(/^\w+ probe /, "")} ${field.before ?? "none"} -> ${field.after ?? "none"}`,
    )
    .join(", ");
  return [
    candidate(
      {
        cause: probe === "readiness" ? "bad-readiness-probe" : "bad-liveness-probe",
        culprit: workload,
        statement:
          probe === "readiness"
            ? `the readiness probe of ${called(workload)} ${changed ? `was changed (${fields}) and` : ""} keeps a running container out of service: ${last.message.slice(0, 160)}`
            : `the ${probe} probe of ${called(workload)} ${changed ? `was changed (${fields}) and` : ""} kills ${starting ? "each container before it has started" : "a container that works"}: ${last.message.slice(0, 160)}`,
        evidence: [
          ...open.cite(
            eventFinding(last, workload),
            ...kills.slice(-1).map((kill) => eventFinding(kill, workload)),
            pod && podFinding(pod, open.now),
          ),
          ...citeChange(open, changed?.change),
        ],
        against: changed ? [] : citeLogs(open, own, 1),
        specificity: base - doubt,
        facts: { container, probe, ...(starting ? { slowStart: true } : {}) },
        ...(changed ? { change: changed.change } : {}),
      },
      open,
    ),
  ];
}

/** Probes that are wrong or too strict for a container that works. */
export const probes: Rule = (open) =>
  open.scope.flatMap((workload) => [
    ...judge(open, workload, "liveness"),
    ...judge(open, workload, "startup"),
    ...judge(open, workload, "readiness"),
  ]);
