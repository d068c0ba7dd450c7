import { starvingReasons } from "../../incident/anomaly.ts";
import type { Incident } from "../../incident/incident.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";

const natureRank = { fault: 2, failure: 1, symptom: 0 } as const;

/** A storm has thousands of members; the first of the most telling ones decide. */
const maxCandidates = 60;

/** Families in which a title says most: what is wrong rather than how it shows. */
const familyRank: Readonly<Record<string, number>> = { state: 3, event: 3, prediction: 2, metric: 1, log: 0 };

/** Requests that stay away from a workload say something about its callers. */
const isEcho = ({ anomaly }: LiveAnomaly) => starvingReasons.has(anomaly.reason);

/**
 * The anomaly that speaks for the incident: one that explains itself before one that others explain, one that others blame
 * or depend on before those, then the one that says most, then the earliest.
 */
export function leadOf(members: readonly LiveAnomaly[], context: GroupContext): LiveAnomaly | undefined {
  const first = [...members]
    .sort((a, b) => natureRank[b.nature] - natureRank[a.nature] || a.anomaly.startsAt - b.anomaly.startsAt)
    .slice(0, maxCandidates);
  const standing = (live: LiveAnomaly): { blamed: boolean; votes: number } => {
    const { target } = live.anomaly;
    const own = [target, ...workloadsOf(target, context)];
    let votes = 0;
    let blamed = false;
    for (const other of first) {
      if (sameRef(other.anomaly.target, target)) continue;
      if (other.blames.some((ref) => own.some((one) => sameRef(one, ref)))) blamed = true;
      else if (distance(other.anomaly.target, own, context) > 0) votes++;
    }
    return { blamed, votes };
  };
  const ranked = first.map((live) => ({ live, ...standing(live) }));
  ranked.sort(
    (a, b) =>
      Number(b.blamed) - Number(a.blamed) ||
      Number(isEcho(a.live)) - Number(isEcho(b.live)) ||
      Number(a.live.soft) - Number(b.live.soft) ||
      natureRank[b.live.nature] - natureRank[a.live.nature] ||
      b.votes - a.votes ||
      (familyRank[b.live.anomaly.family] ?? 0) - (familyRank[a.live.anomaly.family] ?? 0) ||
      a.live.anomaly.startsAt - b.live.anomaly.startsAt,
  );
  return ranked[0]?.live;
}

/**
 * `carts restarts again and again`, `Node node-1 is not ready`: kinds that people do not say are left out. Its headline
 * may quote a log, and is redacted with the anomaly.
 */
export function titleOf(lead: LiveAnomaly): string {
  const { target } = lead.anomaly;
  const plain = ["Deployment", "StatefulSet", "DaemonSet", "Pod", "Entity"].includes(target.kind);
  return `${plain ? target.name : `${target.kind} ${target.name}`} ${lead.headline}`;
}

const maxAffected = 50;

/**
 * The target first, then what its members are about and bring along, at most 50. Pods and ReplicaSets are left out, but
 * for a target.
 */
export function affectedBy(members: readonly LiveAnomaly[], target: ObjectRef): readonly ObjectRef[] {
  const found = new Map<string, ObjectRef>([[refKey(target), target]]);
  for (const { anomaly, related } of members) {
    for (const ref of [anomaly.target, anomaly.seenOn, ...related]) {
      if (ref && ref.kind !== "Pod" && ref.kind !== "ReplicaSet" && found.size < maxAffected)
        found.set(refKey(ref), ref);
    }
  }
  return [...found.values()];
}

/** What a reader would notice: an incident is "updated" when this changes. */
export function visibleState(incident: Incident): string {
  const current = incident.anomalies.map(
    ({ fingerprint, endsAt }) => `${fingerprint}${endsAt === undefined ? "" : " ended"}`,
  );
  return [
    incident.title.replaceAll(/[\d.,]+/g, "#"),
    incident.severity,
    incident.status,
    refKey(incident.target),
    ...incident.affected.map(refKey),
    ...current,
  ].join("\n");
}
