import type { SeenEvent } from "../../cluster/event-store.ts";
import type { Probe } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { fieldName } from "../gather/field-words.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";
import { killedUnheard, notReadyYet } from "./changed-probe.ts";
import { isKilledStarting } from "./killed-starting.ts";
import { type ChangedFields, called, citeChange, citeLogs, freshLogs, lastFields, podShifts } from "./patterns.ts";

type ProbeName = "liveness" | "readiness" | "startup";

/** How the kubelet begins the message of an event Unhealthy (pkg/kubelet/prober/prober.go). */
const failureOf: Readonly<Record<ProbeName, RegExp>> = {
  liveness: /^Liveness probe/i,
  readiness: /^Readiness probe/i,
  startup: /^Startup probe/i,
};

/** A probe that fails, as the cluster shows it. */
interface FailingProbe {
  readonly workload: ObjectRef;
  readonly probe: ProbeName;
  readonly container: string;
  /** The newest event of its failures. */
  readonly last: SeenEvent;
  /** Events of containers that the kubelet has ended for a probe. */
  readonly kills: readonly SeenEvent[];
  /** The newest change of the probe. */
  readonly changed: ChangedFields | undefined;
  /** Live pods that are not ready although their containers run. */
  readonly stuck: readonly PodFact[];
  /** Those of them that have not just begun to run. */
  readonly lasting: readonly PodFact[];
}

function portOf(probe: Probe | undefined): number | string | undefined {
  return probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
}

/** True when the probe asks a port that the container does not say it listens on. */
function asksClosedPort(open: Case, { workload, container, probe }: FailingProbe): boolean {
  const spec = podSpecOf(open.observation.objects.find(workload)?.object)?.containers.find(
    (item) => item.name === container,
  );
  const port = portOf(spec?.[`${probe}Probe`]);
  if (port === undefined || !spec?.ports?.length) return false;
  return !spec.ports.some((item) => item.containerPort === port || item.name === port);
}

function stuckPods(open: Case, workload: ObjectRef): readonly PodFact[] {
  return open
    .podsOf(workload)
    .filter(
      (pod) =>
        pod.deletedAt === undefined &&
        pod.terminatingSince === undefined &&
        !pod.ready &&
        pod.containers.some((item) => !item.init && item.state === "running" && !item.ready),
    );
}

/** The container whose probe it is: as the change or the event names it, else the first one. */
function containerOf(open: Case, workload: ObjectRef, changed: ChangedFields | undefined, last: SeenEvent): string {
  return (
    changed?.fields[0]?.container ??
    /container[= {]+([a-z0-9-]+)/.exec(last.event.involvedObject.fieldPath ?? "")?.[1] ??
    podSpecOf(open.observation.objects.find(workload)?.object)?.containers[0]?.name ??
    workload.name
  );
}

/** What speaks for the probe being wrong, and what for the container that it asks. */
interface Signs {
  readonly changed: boolean;
  /** It asks a port that nobody says to listen on, or is told that it asks the wrong thing. */
  readonly closedPort: boolean;
  readonly refused: boolean;
  /** It ends each container before it has started; a new release may be why it starts slower. */
  readonly killedStarting: boolean;
  readonly released: boolean;
  /** No answer in time, also since the container has too little CPU. */
  readonly late: boolean;
  readonly throttled: boolean;
  /** The container has trouble of its own: answers 5xx, complains, has been started again. */
  readonly unhealthy: boolean;
  readonly complains: boolean;
  readonly crashed: boolean;
}

/** How completely it is seen that the probe is wrong; the clearest sign decides. */
function specificityOf(signs: Signs): number {
  if (signs.changed) return signs.crashed ? 0.97 - 0.3 : 0.97;
  const doubt =
    (signs.unhealthy ? 0.1 : 0) +
    (signs.complains ? 0.15 : 0) +
    (signs.throttled && signs.late ? 0.2 : 0) +
    (signs.crashed ? 0.2 : 0);
  return clearestOf(signs) - doubt;
}

function clearestOf({ closedPort, refused, killedStarting, released, late }: Signs): number {
  if (closedPort) return 0.88;
  if (refused) return 0.82;
  if (killedStarting) return released ? 0.62 : 0.84;
  return late ? 0.5 : 0.38;
}

function statementOf({ workload, probe, last, changed }: FailingProbe, killedStarting: boolean): string {
  const fields = changed?.fields
    .map(
      (field) => `${fieldName(field).replace(/^\w+ probe /, "")} ${field.before ?? "none"} -> ${field.after ?? "none"}`,
    )
    .join(", ");
  const since = changed ? ` was changed (${fields}) and` : "";
  const does =
    probe === "readiness"
      ? "keeps a running container out of service"
      : `kills ${killedStarting ? "each container before it has started" : "a container that works"}`;
  return `the ${probe} probe of ${called(workload)}${since} ${does}: ${untilToken(last.message, 160)}`;
}

function candidateOf(open: Case, failing: FailingProbe): Candidate {
  const { workload, probe, container, last, kills, changed, stuck, lasting } = failing;
  const complaints = freshLogs(open, workload, "exception", "heap").filter(
    ({ level }) => level === "error" || level === "fatal",
  );
  const killedStarting = probe !== "readiness" && !changed && isKilledStarting(open, workload, last, container);
  const specificity = specificityOf({
    changed: changed !== undefined,
    closedPort: asksClosedPort(open, failing),
    refused: /statuscode: (404|400|405|401|403)/.test(last.message),
    killedStarting,
    released: open.lastChange(workload, "image", "command") !== undefined,
    late: /timeout|deadline exceeded/i.test(last.message),
    throttled: podShifts(open, workload, "container_cpu_throttled_ratio").shifts.some(({ peak }) => peak > 0.4),
    unhealthy: /statuscode: 5\d\d/.test(last.message),
    complains: complaints.length > 0,
    crashed: probe === "readiness" && stuck.every((pod) => pod.containers.some(({ restarts }) => restarts > 0)),
  });
  const shown =
    probe === "readiness" ? lasting[0] : open.podsOf(workload).find(({ ref }) => ref.name === last.about.name);
  const pod = shown ?? stuck[0];
  return candidate(
    {
      cause: probe === "readiness" ? "bad-readiness-probe" : "bad-liveness-probe",
      culprit: workload,
      statement: statementOf(failing, killedStarting),
      evidence: [
        ...open.cite(
          eventFinding(last, workload),
          ...kills.slice(-1).map((kill) => eventFinding(kill, workload)),
          pod && podFinding(pod, open.now),
        ),
        ...citeChange(open, changed?.change),
      ],
      against: changed ? [] : citeLogs(open, complaints, 1),
      specificity,
      facts: { container, probe, ...(killedStarting ? { slowStart: true } : {}) },
      ...(changed ? { change: changed.change } : {}),
    },
    open,
  );
}

function judge(open: Case, workload: ObjectRef, probe: ProbeName): readonly Candidate[] {
  const events = open.eventsOf(workload);
  const failures = events.filter(({ reason, message }) => reason === "Unhealthy" && failureOf[probe].test(message));
  const kills = events.filter(
    ({ reason, message }) => reason === "Killing" && /failed (liveness|startup) probe/i.test(message),
  );
  const changed = lastFields(open, workload, probe);
  const stuck = stuckPods(open, workload);
  // Every pod fails its readiness probe for its first seconds.
  const lasting = stuck.filter(
    (pod) =>
      failures.some(
        ({ about, count, at }) => about.name === pod.ref.name && (count > 3 || at - pod.createdAt > 20_000),
      ) ||
      (changed && open.now - pod.createdAt > 10_000),
  );
  const last = failures.at(-1);
  if (probe === "readiness") {
    if (!last || lasting.length === 0) return changed ? notReadyYet(open, workload, changed, stuck) : [];
  } else {
    if (!last) return changed ? killedUnheard(open, workload, changed, probe) : [];
    if (kills.length === 0 && !changed) return [];
  }
  const container = containerOf(open, workload, changed, last);
  return [candidateOf(open, { workload, probe, container, last, kills, changed, stuck, lasting })];
}

/** Probes that are wrong or too strict for a container that works. */
export const probes: Rule = (open) =>
  open.scope.flatMap((workload) => [
    ...judge(open, workload, "liveness"),
    ...judge(open, workload, "startup"),
    ...judge(open, workload, "readiness"),
  ]);
