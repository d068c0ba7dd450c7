import { asKind } from "../../cluster/kubernetes-types.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import type { Finding } from "../gather/evidence-book.ts";
import { podFinding } from "../gather/object-state.ts";
import { configChangesOf, describeConfigChange, placeOfSetting } from "./config-changes.ts";
import { called, citeChange, citeLogs, freshLogs } from "./patterns.ts";

const overLocal =
  /ephemeral[- ](?:local )?storage|EmptyDir volume|exceed(?:s|ed) (?:its |the )?(?:local )?(?:limit|request)/i;

function ephemeral(open: Case, workload: ObjectRef): readonly Candidate[] {
  const evicted = open
    .podsOf(workload)
    .filter((pod) => pod.evicted !== undefined && overLocal.test(pod.evicted) && !/node was low on/i.test(pod.evicted));
  const events = open
    .eventsOf(workload)
    .filter(
      (event) => event.reason === "Evicted" && overLocal.test(event.message) && !/node was low on/i.test(event.message),
    );
  const full = freshLogs(open, workload, "disk-full");
  const claims = open.topology.usesOf(workload).filter((use) => use.ref.kind === "PersistentVolumeClaim");
  if (evicted.length === 0 && events.length === 0 && (full.length === 0 || claims.length > 0)) return [];
  const why = evicted[0]?.evicted ?? events.at(-1)?.message ?? full[0]?.example ?? "";
  const setting = configChangesOf(open, workload).find((item) => item.effective && item.field.after !== undefined);
  const change = setting?.change ?? open.lastChange(workload, "image", "volume", "resources");
  const last = events.at(-1);
  return [
    candidate(
      {
        cause: "ephemeral-storage",
        culprit: setting && setting.carrier.kind !== workload.kind ? setting.carrier : workload,
        statement: `${called(workload)} writes more to its local storage than it may: ${untilToken(why, 160).trim().replace(/\.$/, "")}${setting ? `; ${describeConfigChange(setting)} before` : ""}`,
        evidence: [
          ...open.cite(evicted[0] && podFinding(evicted[0], open.now), last && eventFinding(last, workload)),
          ...citeLogs(open, full, 1),
          ...citeChange(open, change),
        ],
        specificity: evicted.length + events.length > 0 ? 0.96 : 0.82,
        hits: [workload],
        facts: {
          workload,
          ...(setting ? { container: workload.name, ...placeOfSetting(setting) } : {}),
        },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

const fillFinding = ({ target, summary, detectedAt }: Anomaly): Finding => ({
  source: "metric",
  about: target,
  query: `volume_used_ratio{namespace="${target.namespace}",claim="${target.name}"}`,
  text: summary,
  at: detectedAt,
});

function volumes(open: Case, workload: ObjectRef): readonly Candidate[] {
  const claims = open.topology.usesOf(workload).filter((use) => use.ref.kind === "PersistentVolumeClaim");
  if (claims.length === 0) return [];
  const found: Candidate[] = [];
  const full = freshLogs(open, workload, "disk-full");
  // Whoever writes little to it may not have noticed yet.
  const measured = open.incident.anomalies.find(
    ({ reason, target }) => reason === "volume-full" && claims.some(({ ref }) => sameRef(ref, target)),
  );
  const claim = measured?.target ?? claims[0]?.ref;
  if ((full.length > 0 || measured) && claim) {
    found.push(
      candidate(
        {
          cause: "volume-full",
          culprit: claim,
          statement: `the volume of ${called(claim)} is full, and ${called(workload)} ${full.length > 0 ? "cannot write" : "will not be able to write"}`,
          evidence: [...open.cite(measured && fillFinding(measured)), ...citeLogs(open, full, 2)],
          specificity: full.length > 0 ? 0.92 : 0.88,
          hits: [workload],
          facts: { workload },
        },
        open,
      ),
    );
  }
  // A pod whose containers have run has its volumes, however long it waited for them.
  const started = new Set(
    open
      .podsOf(workload)
      .filter(({ containers }) => containers.some(({ state, lastExit }) => state === "running" || lastExit))
      .map(({ ref }) => ref.name),
  );
  for (const { ref } of claims) {
    const object = open.observation.objects.find(ref);
    const phase = asKind(object?.object, "PersistentVolumeClaim")?.status?.phase;
    const complaints = [...open.observation.events.about(ref), ...open.eventsOf(workload)].filter(
      (event) =>
        event.warning &&
        !started.has(event.about.name) &&
        /^(FailedMount|FailedAttachVolume|ProvisioningFailed|FailedBinding|VolumeResizeFailed)$/.test(event.reason) &&
        event.at >= open.onset - 180_000 &&
        !/secret|configmap/i.test(event.message),
    );
    const waits = open.podsOf(workload).some((pod) => !pod.ready && pod.deletedAt === undefined);
    if (!waits || (phase === "Bound" && complaints.length === 0 && object?.deletedAt === undefined)) continue;
    if (phase === undefined && object === undefined && complaints.length === 0) continue;
    const last = complaints.at(-1);
    const change = open.changesOf(ref).at(-1);
    found.push(
      candidate(
        {
          cause: "volume-pending",
          culprit: ref,
          statement: `${called(ref)} ${object?.deletedAt !== undefined ? "was deleted" : phase === "Bound" ? "cannot be mounted" : `is ${phase ?? "unknown"}`}, and the pods of ${called(workload)} wait for it`,
          evidence: [...open.cite(last && eventFinding(last, ref)), ...citeChange(open, change)],
          specificity: last || object?.deletedAt !== undefined ? 0.93 : 0.8,
          hits: [workload],
          facts: { workload },
          ...(change ? { change } : {}),
        },
        open,
      ),
    );
  }
  return found;
}

/** A volume that was asked to grow and does not: whatever writes to it goes on with the room that it has. */
function growth(open: Case): readonly Candidate[] {
  return open.incident.anomalies.flatMap(({ detector, target, summary, detectedAt, startsAt }) => {
    if (detector !== "volume-resize") return [];
    const [workload] = open.topology.usersOf(target);
    const change = open.changesOf(target).at(-1);
    const said = open.observation.events.about(target).findLast(({ warning, at }) => warning && at >= startsAt);
    return candidate(
      {
        cause: "volume-pending",
        culprit: target,
        statement: summary,
        evidence: [
          ...open.cite(
            {
              source: "object",
              about: target,
              query: `kubectl -n ${target.namespace} describe persistentvolumeclaim ${target.name}`,
              text: summary,
              at: detectedAt,
            },
            said && eventFinding(said, target),
          ),
          ...citeChange(open, change),
        ],
        specificity: 0.9,
        hits: [target, ...(workload ? [workload] : [])],
        since: startsAt,
        facts: workload ? { workload } : {},
      },
      open,
    );
  });
}

/** Local storage over its limit, volumes that are full, not there, or do not grow. */
export const storage: Rule = (open) => [
  ...open.scope.flatMap((workload) => [...ephemeral(open, workload), ...volumes(open, workload)]),
  ...growth(open),
];
