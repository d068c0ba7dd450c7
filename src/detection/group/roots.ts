import { starvingReasons } from "../../incident/anomaly.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";

/** A workload in trouble that no other one in trouble explains: it calls none of them. */
export interface Root {
  readonly workload: ObjectRef;
  /** Only its callers say so; its own log, clock and counters say nothing. */
  readonly accusedOnly: boolean;
}

/** A storm has thousands of members; so many workloads show where it comes from. */
const maxWorkloads = 30;

/** What one workload says about another one that it calls. */
export function isAccusation({ anomaly, nature }: LiveAnomaly, context: GroupContext): boolean {
  if (nature !== "symptom") return false;
  if (anomaly.reason.startsWith("client-") && anomaly.seenOn === undefined && anomaly.family === "prediction")
    return true;
  const { seenOn, target } = anomaly;
  if (seenOn === undefined || seenOn.kind === "Pod") return false;
  return !workloadsOf(seenOn, context).some((ref) => workloadsOf(target, context).some((own) => sameRef(ref, own)));
}

/** Where the trouble of these anomalies begins. A statistical judgement counts only while there is nothing firmer. */
export function rootsOf(members: readonly LiveAnomaly[], context: GroupContext): readonly Root[] {
  const telling = members.filter(({ anomaly }) => !starvingReasons.has(anomaly.reason));
  const firm = telling.filter(({ soft }) => !soft);
  const found = new Map<string, { workload: ObjectRef; accusedOnly: boolean; since: number }>();
  for (const live of firm.length > 0 ? firm : telling) {
    const accused = isAccusation(live, context);
    for (const workload of workloadsOf(live.anomaly.target, context)) {
      const key = refKey(workload);
      const known = found.get(key);
      if (known) {
        known.accusedOnly &&= accused;
        known.since = Math.min(known.since, live.anomaly.startsAt);
      } else if (found.size < maxWorkloads)
        found.set(key, { workload, accusedOnly: accused, since: live.anomaly.startsAt });
    }
  }
  const all = [...found.values()];
  return all.filter(
    (one) =>
      !all.some((other) => {
        if (other === one || distance(one.workload, [other.workload], context) === 0) return false;
        // Two that call each other: the first of them.
        return distance(other.workload, [one.workload], context) === 0 || other.since < one.since;
      }),
  );
}
