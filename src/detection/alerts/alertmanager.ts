import type { Alert, FiringAlert } from "../../cluster/alert-store.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import type { Severity } from "../../incident/severity.ts";
import { type DetectContext, defineDetector, type Finding } from "../detector.ts";

/** Labels that name an object, the most telling first: an alert about a Deployment also names the pod that measured it. */
const objectLabels: readonly (readonly [label: string, kind: string])[] = [
  ["deployment", "Deployment"],
  ["statefulset", "StatefulSet"],
  ["daemonset", "DaemonSet"],
  ["cronjob", "CronJob"],
  ["job_name", "Job"],
  ["horizontalpodautoscaler", "HorizontalPodAutoscaler"],
  ["persistentvolumeclaim", "PersistentVolumeClaim"],
  ["poddisruptionbudget", "PodDisruptionBudget"],
  ["resourcequota", "ResourceQuota"],
  ["exported_pod", "Pod"],
  ["pod", "Pod"],
  ["exported_service", "Service"],
];
const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"];

/** Alerts that fire so that one can see that alerting works, or to hold back others. */
const notTrouble = new Set(["Watchdog", "DeadMansSwitch", "InfoInhibitor"]);

function severityOf({ labels }: Alert): Severity | undefined {
  const text = (labels["severity"] ?? labels["priority"] ?? "warning").toLowerCase();
  if (/^(none|info|informational|debug)$/.test(text)) return undefined;
  if (/^(critical|page|disaster|emergency|fatal|p0|p1|sev0|sev1)$/.test(text)) return "critical";
  if (/^(error|high|major|p2|sev2)$/.test(text)) return "high";
  return /^(low|minor|p4|p5|sev4|sev5|ticket)$/.test(text) ? "low" : "medium";
}

/** The object that an alert names, and its owner when it names a pod. */
function aboutOf(
  { labels, name }: Alert,
  { observation, ownerOf }: DetectContext,
): { target: ObjectRef; seenOn?: ObjectRef } {
  const namespace = labels["exported_namespace"] ?? labels["namespace"];
  const { objects } = observation;
  for (const [label, kind] of objectLabels) {
    const found = labels[label];
    if (!found || !namespace) continue;
    const ref = makeRef(kind, namespace, found);
    const object = objects.get(kind, namespace, found);
    if (kind !== "Pod") return { target: ref };
    // A pod that is not known may be the one that measured, in a namespace that is not watched.
    if (object) return { target: ownerOf(object), seenOn: ref };
  }
  const node = labels["node"] ?? labels["nodename"];
  if (node && objects.get("Node", undefined, node)) return { target: makeRef("Node", undefined, node) };
  if (namespace) {
    for (const label of ["workload", "app", "app_kubernetes_io_name", "service", "container"]) {
      const value = labels[label];
      const kind = value && [...workloadKinds, "Service"].find((one) => objects.get(one, namespace, value));
      if (value && kind) return { target: makeRef(kind, namespace, value) };
    }
    return { target: makeRef("Namespace", undefined, namespace) };
  }
  return { target: makeRef("Entity", undefined, name) };
}

/** That nobody has repeated it for hours: held back as a whole, or its Alertmanager is gone. */
const unrepeated = ({ overdueMs }: FiringAlert): string =>
  overdueMs === undefined
    ? ""
    : ` (not repeated for ${Math.floor(overdueMs / 3_600_000)} h: silenced in Alertmanager, or its messages do not arrive)`;

/**
 * What the operator's own rules say. Source: an Alertmanager's webhook. A symptom: it joins the incident of the object it
 * names, or of what that depends on. Not a fault: severity none and info, the watchdog, a resolved alert.
 */
export const alertmanager = defineDetector({
  name: "alertmanager",
  family: "alert",
  nature: "symptom",
  *detect(context): Iterable<Finding> {
    for (const alert of context.observation.alerts.firing(context.now)) {
      const severity = severityOf(alert);
      if (!severity || notTrouble.has(alert.name)) continue;
      yield {
        reason: alert.name,
        ...aboutOf(alert, context),
        detail: alert.fingerprint,
        severity,
        headline: `has a firing alert: ${alert.name}`,
        summary: `${alert.summary === "" ? `Alert ${alert.name} fires` : `Alert ${alert.name}: ${alert.summary}`}${unrepeated(alert)}`,
        startsAt: alert.startsAt,
      };
    }
  },
});
