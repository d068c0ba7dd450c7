import { refusalIn } from "../../cluster/refusal-words.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type GroupContext, workloadsOf } from "./group-context.ts";

/** Pods that are read, the newest lines of each, and how far back (ms): a schedule runs now and then. */
const maxPods = 5;
const maxLines = 200;
const recentMs = 3 * 60_000;

// A tick asks the same of many pairs; its context is one object.
const read = new WeakMap<GroupContext, Map<string, ReadonlySet<string>>>();

/** How the logins of a workload are refused, by its log. */
function refusalsOf(workload: ObjectRef, context: GroupContext): ReadonlySet<string> {
  const { observation, topology, now } = context;
  const known = read.get(context) ?? new Map<string, ReadonlySet<string>>();
  read.set(context, known);
  const key = refKey(workload);
  let found = known.get(key);
  if (!found) {
    const namespace = workload.namespace ?? "";
    const pods = topology.podNamesOf(workload).slice(-maxPods);
    const lines = pods.flatMap((pod) =>
      observation.logs.lines({ namespace, pod, from: now - recentMs }).slice(-maxLines),
    );
    found = new Set(lines.flatMap(({ line }) => refusalIn(line) ?? []));
    known.set(key, found);
  }
  return found;
}

/** Both are given the same Secret, or ask the same server. */
function haveInCommon(a: ObjectRef, b: ObjectRef, { topology }: GroupContext): boolean {
  const sought = (ref: ObjectRef) => [
    ...topology.usesOf(ref).flatMap((use) => (use.ref.kind === "Secret" && use.how !== "image-pull" ? [use.ref] : [])),
    ...topology.dependenciesOf(ref, 1),
  ];
  const others = new Set(sought(b).map(refKey));
  return sought(a).some((ref) => others.has(refKey(ref)));
}

/**
 * The same login is refused to the workload of a member, in the same words in the same minutes: one credential, whoever else has
 * it as well.
 */
export function isRefusedAlike(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): boolean {
  const couldBe = ({ nature, anomaly }: LiveAnomaly) => nature === "failure" || anomaly.family === "log";
  if (!couldBe(live)) return false;
  const mine = workloadsOf(live.anomaly.target, context);
  const refused = new Set(mine.flatMap((workload) => [...refusalsOf(workload, context)]));
  if (refused.size === 0) return false;
  return members.some(
    (member) =>
      couldBe(member) &&
      workloadsOf(member.anomaly.target, context).some(
        (other) =>
          !mine.some((own) => sameRef(own, other)) &&
          [...refusalsOf(other, context)].some((words) => refused.has(words)) &&
          mine.some((own) => haveInCommon(own, other, context)),
      ),
  );
}
