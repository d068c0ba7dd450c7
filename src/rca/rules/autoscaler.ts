import { makeRef, refKey } from "../../incident/object-ref.ts";
import { isoTime } from "../../lib/clock.ts";
import { untilToken } from "../../lib/until-token.ts";
import { candidate, type Rule } from "../case/candidate.ts";
import { metricFinding } from "../gather/metrics.ts";
import { called, citeChange, podShifts } from "./patterns.ts";

/** Autoscalers that cannot read what they scale by, or may not add another pod although it is needed. */
export const autoscaler: Rule = (open) => {
  const scope = new Set(open.scope.map(refKey));
  return open.observation.objects.list("HorizontalPodAutoscaler").flatMap((hpa) => {
    const target = makeRef(hpa.spec.scaleTargetRef.kind, hpa.metadata.namespace, hpa.spec.scaleTargetRef.name);
    const ref = makeRef("HorizontalPodAutoscaler", hpa.metadata.namespace, hpa.metadata.name);
    const named = open.incident.anomalies.some((anomaly) => refKey(anomaly.target) === refKey(ref));
    if (!named && !scope.has(refKey(target))) return [];
    const conditions = hpa.status?.conditions ?? [];
    const broken = conditions.find(
      (condition) =>
        (condition.type === "ScalingActive" || condition.type === "AbleToScale") &&
        condition.status === "False" &&
        condition.reason !== "ScalingDisabled",
    );
    const limited = conditions.find(
      (condition) =>
        condition.type === "ScalingLimited" && condition.status === "True" && condition.reason === "TooManyReplicas",
    );
    const change = open.changesOf(ref).at(-1);
    const state = (condition: { type: string; reason?: string; message?: string; lastTransitionTime?: string }) =>
      open.cite({
        source: "object",
        about: ref,
        query: `kubectl -n ${ref.namespace} describe hpa ${ref.name}`,
        text: `HorizontalPodAutoscaler ${ref.name}: ${condition.type}, ${condition.reason ?? ""} since ${condition.lastTransitionTime ?? isoTime(open.onset)}: ${condition.message ?? ""}; ${hpa.status?.currentReplicas ?? "?"} of at most ${hpa.spec.maxReplicas} replicas`,
        at: open.now,
      });
    if (broken) {
      return [
        candidate(
          {
            cause: "hpa-broken",
            culprit: ref,
            statement: `${called(ref)} cannot scale ${called(target)}: ${untilToken(broken.message ?? broken.reason ?? "", 160)}`,
            evidence: [...state(broken), ...citeChange(open, change)],
            specificity: named ? 0.94 : 0.6,
            hits: [target, ref],
            ...(change ? { change } : {}),
          },
          open,
        ),
      ];
    }
    const busy = podShifts(open, target, "container_cpu_throttled_ratio").shifts.filter((shift) => shift.after > 0.2);
    if (!limited || (busy.length === 0 && !named)) return [];
    return [
      candidate(
        {
          cause: "hpa-maxed",
          culprit: ref,
          statement: `${called(ref)} is at its maximum of ${hpa.spec.maxReplicas} replicas and ${called(target)} still has too little`,
          evidence: [
            ...state(limited),
            ...open.cite(...busy.slice(0, 1).map((shift) => metricFinding(shift, target))),
            ...citeChange(open, change),
          ],
          specificity: 0.9,
          hits: [target, ref],
          facts: { replicas: hpa.spec.maxReplicas },
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  });
};
