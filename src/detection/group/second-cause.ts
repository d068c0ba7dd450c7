import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type GroupContext, workloadsOf } from "./group-context.ts";
import { type Group, membersOf } from "./incident-draft.ts";
import { templateText } from "./own-reason.ts";

/** What is changed so soon after an incident began may have to do with it: objects are changed one after the other (ms). */
const apartMs = 120_000;
/** A change breaks what it breaks within this time; clocks and samples differ by the rest (ms). */
const breaksMs = 3 * 60_000;
const slackMs = 15_000;
/** What shows so long after the last firm sign is not of what that showed (ms). */
const pauseMs = 30_000;

const dataText = (object: KubeObject): string => {
  const { data, binaryData } = object as { data?: unknown; binaryData?: unknown };
  return canonicalJson({ data, binaryData });
};

/** Was an object given something new in between, other than what it had before: no repair by putting it back? */
function gotNews(
  ref: ObjectRef,
  textOf: (object: KubeObject) => string,
  [from, to]: readonly [number, number],
  { observation }: GroupContext,
): boolean {
  const versions = observation.objects.versions(ref);
  return versions.some(({ at, object }, i) => {
    if (i === 0 || at < from || at > to) return false;
    const text = textOf(object);
    return !versions.slice(0, i).some((earlier) => textOf(earlier.object) === text);
  });
}

/** The workload was seen to fail by itself before: that it does so, or still does, after a change may be for lack of a repair. */
function hasFailed(workload: ObjectRef, group: Group, context: GroupContext): boolean {
  return [...membersOf(group), ...group.ended.values()].some(
    ({ nature, anomaly }) =>
      nature !== "symptom" && workloadsOf(anomaly.target, context).some((ref) => sameRef(ref, workload)),
  );
}

/**
 * What an open incident is about breaks once more, in another way, right after it was changed minutes after that incident began:
 * a second cause, with a repair of its own. Not while a fix is on its way, whose own doing it may be: a fix that somebody makes by
 * hand is a change as well, and its pods are not ready at once either.
 */
export function isSecondCause(live: LiveAnomaly, group: Group, context: GroupContext): boolean {
  const { incident, born } = group;
  const { target, startsAt } = live.anomaly;
  if (live.nature === "symptom" || incident.status === "mitigating") return false;
  const span = [Math.max(born + apartMs, startsAt - breaksMs), startsAt + slackMs] as const;
  if (span[0] > span[1]) return false;
  const subject = workloadsOf(incident.target, context);
  return workloadsOf(target, context)
    .filter((workload) => subject.some((ref) => sameRef(ref, workload)))
    .filter((workload) => live.nature === "fault" || !hasFailed(workload, group, context))
    .some(
      (workload) =>
        gotNews(workload, templateText, span, context) ||
        context.topology
          .usesOf(workload)
          .some(({ ref }) => ref.kind === "ConfigMap" && gotNews(ref, dataText, span, context)),
    );
}

/**
 * Nothing is left of an open incident but what only corroborates and looks back for minutes, and this began after a pause: it is
 * none of it.
 */
export function isOver(group: Group, { anomaly, soft }: LiveAnomaly): boolean {
  if (soft || membersOf(group).some((member) => !member.soft)) return false;
  const ended = [...group.ended.values()];
  const lastEnd = (which: boolean) =>
    Math.max(...ended.flatMap((one) => (one.soft === which ? (one.anomaly.endsAt ?? []) : [])));
  const firmUntil = lastEnd(false);
  // Else it waits for a rollout to end, whose doing this may be.
  const isKeptSoftly = group.members.size > 0 || lastEnd(true) > firmUntil;
  return isKeptSoftly && Number.isFinite(firmUntil) && anomaly.startsAt > firmUntil + pauseMs;
}
