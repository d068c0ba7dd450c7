import { isKind } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import type { FieldChange } from "../gather/field-diff.ts";
import { fieldName } from "../gather/field-words.ts";
import { nodeFinding } from "../gather/node.ts";
import { podFinding } from "../gather/object-state.ts";
import { askedOfNodes } from "./asked-of-nodes.ts";
import { nodeConditions } from "./node-conditions.ts";
import { withoutForeignOoms } from "./node-ooms.ts";
import { called, citeChange, lastFields } from "./patterns.ts";

/** Nodes that somebody closed for new pods. */
function closedNodes(open: Case): readonly { readonly ref: ObjectRef; readonly since: number | undefined }[] {
  return open.observation.objects.list("Node").flatMap((node) => {
    const closed =
      node.spec?.unschedulable === true ||
      node.spec?.taints?.some(
        (taint) => taint.effect !== "PreferNoSchedule" && !taint.key.startsWith("node.kubernetes.io/"),
      );
    if (!closed) return [];
    const ref = makeRef("Node", undefined, node.metadata.name);
    return [{ ref, since: open.lastChange(ref, "cordon", "taint")?.at }];
  });
}

/** What the scheduler's plug-ins say of nodes other than that something is short (kubernetes/pkg/scheduler/framework/plugins). */
const fitsNowhere =
  /didn't match|Too many pods|free ports|untolerated taint|affinity|topology spread|max volume count|no nodes available|cannot allocate all claims/i;

const becameWhat = (field: FieldChange): string =>
  `its ${fieldName(field)} ${field.before === undefined ? "became" : `went from ${field.before} to`} ${field.after ?? "empty"}`;

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const pending = open.podsOf(workload).filter((pod) => pod.unschedulable && pod.deletedAt === undefined);
  const pod = pending[0];
  if (!pod?.unschedulable) return [];
  const event = open
    .eventsOf(workload)
    .filter((item) => item.reason === "FailedScheduling")
    .at(-1);
  const message = event?.message ?? pod.unschedulable.message;
  // What preemption tried says nothing about why the pod does not fit.
  const words = message.split(/preemption:/)[0] ?? message;
  const seen = open.cite(podFinding(pod, open.now), event && eventFinding(event, workload));
  const since = Number.isFinite(pod.unschedulable.since) ? pod.unschedulable.since : open.onset;
  const found: Candidate[] = [];

  const claim =
    /persistentvolumeclaim "?([a-z0-9.-]+)"? (?:not found|is being deleted)|unbound immediate PersistentVolumeClaims/i.exec(
      words,
    );
  if (claim) {
    const used = open.topology
      .usesOf(workload)
      .find((use) => use.ref.kind === "PersistentVolumeClaim" && (claim[1] === undefined || use.ref.name === claim[1]));
    found.push(
      candidate(
        {
          cause: "volume-pending",
          culprit: used?.ref ?? workload,
          statement: `${used ? called(used.ref) : "a volume claim"} of ${called(workload)} is not bound`,
          evidence: seen,
          specificity: 0.92,
          hits: [workload],
          since,
        },
        open,
      ),
    );
  }
  const closed = closedNodes(open);
  if (/were unschedulable|node\(s\) had untolerated taint|didn't tolerate/i.test(words) && closed.length > 0) {
    const first = [...closed].sort((a, b) => (b.since ?? 0) - (a.since ?? 0))[0];
    const change = first && open.lastChange(first.ref, "cordon", "taint");
    if (first) {
      found.push(
        candidate(
          {
            cause: "node-unschedulable",
            culprit: first.ref,
            statement: `node ${first.ref.name} was closed for new pods (cordoned or tainted), and pods of ${called(workload)} find no other node`,
            evidence: [
              ...seen,
              ...citeChange(open, change),
              ...open.cite(nodeFinding(open.observation, first.ref, open.now)),
            ],
            specificity: change ? 0.97 : 0.9,
            hits: [workload],
            since,
            ...(change ? { change } : {}),
          },
          open,
        ),
      );
    }
  }
  const lost = /untolerated taint(?:\(s\))? \{node\.kubernetes\.io\/(?:unreachable|not-ready)/i.test(words);
  const pressure = /untolerated taint(?:\(s\))? \{node\.kubernetes\.io\/(memory|disk|pid)-pressure/i.exec(words);
  const own = lastFields(open, workload, "resources", "placement", "volume", "container-port");
  const short = /Insufficient ([a-z0-9](?:[a-z0-9./-]*[a-z0-9])?)/i.exec(words);
  if (short || fitsNowhere.test(words)) {
    const elsewhere = lost || pressure !== null || (found.length > 0 && !short);
    const scaled = open.lastChange(workload, "replicas");
    const change = own?.change ?? (short ? scaled : undefined);
    found.push(
      candidate(
        {
          cause: "unschedulable",
          culprit: workload,
          statement: `no node can take the pods of ${called(workload)}${short ? `: not enough ${short[1]}` : ""}${
            own ? ` since ${untilToken(askedOfNodes(own.fields, short?.[1]).map(becameWhat).join(" and "), 200)}` : ""
          }`,
          evidence: [...seen, ...citeChange(open, change)],
          specificity: (own ? 0.97 : 0.8) - (elsewhere ? 0.35 : 0),
          since,
          facts: own?.fields[0]?.container ? { container: own.fields[0].container } : {},
          ...(change ? { change } : {}),
        },
        open,
      ),
    );
  }
  return found;
}

/** Pods for which the scheduler finds no node. */
export const scheduling: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));

function nodeTrouble(open: Case, name: string): readonly Candidate[] {
  const ref = makeRef("Node", undefined, name);
  const node = open.observation.objects.find(ref);
  if (!isKind(node?.object, "Node")) return [];
  const on = open.topology.workloads.filter((workload) =>
    open.topology.podsOf(workload).some((pod) => pod.spec.nodeName === name),
  );
  const hits = on.filter((workload) =>
    open.symptomatic.some((other) => other.name === workload.name && other.namespace === workload.namespace),
  );
  const conditions = node.object.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === "Ready");
  const seen = () => open.cite(nodeFinding(open.observation, ref, open.now));
  const since = (text: string | undefined) => (text ? Date.parse(text) : open.onset);
  if (node.deletedAt !== undefined || (ready && ready.status !== "True")) {
    const why =
      node.deletedAt !== undefined ? "was removed from the cluster" : `is not ready (${ready?.reason ?? "unknown"})`;
    return [
      candidate(
        {
          cause: "node-down",
          culprit: ref,
          statement: `node ${name} ${why}`,
          evidence: seen(),
          specificity: 0.96,
          hits: [...hits, ref],
          since: node.deletedAt ?? since(ready?.lastTransitionTime),
        },
        open,
      ),
    ];
  }
  const pressed = conditions.filter((condition) => /Pressure$/.test(condition.type) && condition.status === "True");
  const starved = withoutForeignOoms(
    open,
    ref,
    open.observation.events
      .about(ref)
      .filter(
        (event) =>
          event.at >= open.onset - 180_000 &&
          /SystemOOM|EvictionThresholdMet|FreeDiskSpaceFailed|ImageGCFailed/.test(event.reason),
      ),
  );
  const evicted = open.scope
    .flatMap((workload) => open.podsOf(workload))
    .filter((pod) => pod.pod.spec.nodeName === name && /node was low on resource/i.test(pod.evicted ?? ""));
  const reported = nodeConditions(open, ref, node.object, hits);
  if (pressed.length === 0 && starved.length === 0 && evicted.length === 0) return reported;
  const what =
    pressed.map((condition) => condition.type.replace("Pressure", "").toLowerCase()).join(" and ") ||
    /resource: ?([a-z-]+)/.exec(evicted[0]?.evicted ?? "")?.[1] ||
    (starved.some(({ reason }) => /Disk|ImageGC/.test(reason)) ? "disk" : "memory");
  const leaves =
    pressed.length > 0 || evicted.length > 0 || starved.some((event) => event.reason === "EvictionThresholdMet");
  return [
    ...reported,
    candidate(
      {
        cause: "node-pressure",
        culprit: ref,
        statement: `node ${name} runs out of ${what}${leaves ? " and evicts pods" : ""}`,
        evidence: [
          ...seen(),
          ...open.cite(
            ...starved.slice(-1).map((event) => eventFinding(event)),
            ...evicted.slice(0, 1).map((pod) => podFinding(pod, open.now)),
          ),
        ],
        specificity: pressed.length > 0 ? 0.94 : 0.8,
        hits: [...hits, ref],
        since: since(pressed[0]?.lastTransitionTime),
      },
      open,
    ),
  ];
}

/** Nodes that are gone, not ready, under pressure or report another trouble, when they carry pods with symptoms. */
export const nodes: Rule = (open) => {
  const names = new Set<string>();
  for (const workload of open.scope)
    for (const pod of open.podsOf(workload)) if (pod.pod.spec.nodeName) names.add(pod.pod.spec.nodeName);
  for (const anomaly of open.incident.anomalies) if (anomaly.target.kind === "Node") names.add(anomaly.target.name);
  return [...names].flatMap((name) => nodeTrouble(open, name));
};
