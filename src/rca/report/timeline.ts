import type { Anomaly } from "../../incident/anomaly.ts";
import type { TimelineEntry } from "../../incident/diagnosis/diagnosis.ts";
import { bySecond } from "../../incident/diagnosis/timeline-order.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Case } from "../case/case.ts";
import { changeFinding, describeChange } from "../gather/changes.ts";

interface Row {
  readonly at: number;
  readonly text: string;
  readonly evidence?: string | undefined;
}

const maxChanges = 12;
const maxSymptoms = 20;

/** What people can check first: objects, then lines, then numbers, then what a model makes of numbers. */
const plainness: Readonly<Record<Anomaly["family"], number>> = {
  state: 0,
  event: 1,
  health: 2,
  alert: 3,
  log: 4,
  metric: 5,
  blind: 6,
  prediction: 7,
};

/** At most three signs of each object, the plainest ones: ten ways to say that it is slow tell no story. */
function symptoms(open: Case): readonly Row[] {
  const byTarget = new Map<string, Anomaly[]>();
  for (const anomaly of [...open.incident.anomalies].sort(
    (a, b) => plainness[a.family] - plainness[b.family] || a.startsAt - b.startsAt,
  )) {
    const key = refKey(anomaly.target);
    const known = byTarget.get(key) ?? [];
    byTarget.set(key, known);
    const told = known.some(({ reason, family }) => reason === anomaly.reason || family === anomaly.family);
    if (!told && known.length < 3) known.push(anomaly);
  }
  return [...byTarget.values()]
    .flat()
    .sort((a, b) => a.startsAt - b.startsAt)
    .slice(0, maxSymptoms)
    .map(({ startsAt, target, summary }) => ({
      at: startsAt,
      text: summary.includes(target.name) ? summary : `${target.kind} ${target.name}: ${summary}`,
    }));
}

function changes(open: Case): readonly Row[] {
  const scope = new Set(open.scope.map(refKey));
  const used = open.scope.flatMap((workload) => open.topology.usesOf(workload));
  const near = open.changes.filter(({ ref, at }) => {
    if (at <= open.onset - 20 * 60_000) return false;
    const related = scope.has(refKey(ref)) || ref.kind === "Node" || used.some((use) => sameRef(use.ref, ref));
    return related || open.scope.some((workload) => workload.namespace === ref.namespace);
  });
  return near.slice(-maxChanges).map((change) => ({
    at: change.at,
    text: describeChange(change),
    evidence: open.cite(changeFinding(change))[0],
  }));
}

/** What happened in order: changes near the trouble, the first signs of it on each object, and when it was raised. */
export function timelineOf(open: Case, redact: Redact): readonly TimelineEntry[] {
  const { openedAt, resolvedAt } = open.incident;
  const rows: readonly Row[] = [
    ...changes(open),
    ...symptoms(open),
    { at: openedAt, text: "The incident was raised." },
    ...(resolvedAt === undefined ? [] : [{ at: resolvedAt, text: "The symptoms were gone." }]),
  ];
  return [...rows]
    .sort(bySecond)
    .map(({ at, text, evidence }) => ({ at, text: quoted(text, 400, redact), ...(evidence ? { evidence } : {}) }));
}
