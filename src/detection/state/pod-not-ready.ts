import { lastingContainers, runsOn } from "../../cluster/kinds/pod.ts";
import type { Pod, PodSpec, Probe } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { refKey } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { timeOf } from "../detector.ts";
import { conditionOf, containersOf, isCurrent, isReady, isSidecar, short } from "./container-states.ts";
import { passingNodes } from "./passing-nodes.ts";

const budgetMs = (probe: Probe | undefined) =>
  probe ? ((probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3)) * 1_000 : 0;

/** A first answer comes within a period after the delay, and a process that starts misses the one at once. */
const firstAnswerMs = (probe: Probe | undefined) =>
  probe
    ? ((probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * Math.max(1, probe.successThreshold ?? 1)) *
      1_000
    : 0;

/** Sidecars start one after the other, and the other containers after them: what their start-up probes may take together. */
const sidecarsMs = ({ initContainers = [] }: PodSpec, ms: (probe: Probe | undefined) => number): number =>
  initContainers.filter(runsOn).reduce((sum, { startupProbe }) => sum + ms(startupProbe), 0);

/** Longest time in which the probes of a healthy pod may still say no. */
export function startAllowanceMs({ spec }: Pick<Pod, "spec">): number {
  let longest = 0;
  for (const container of lastingContainers(spec)) {
    const { startupProbe, readinessProbe } = container;
    const readiness = readinessProbe
      ? ((readinessProbe.initialDelaySeconds ?? 0) + 3 * (readinessProbe.periodSeconds ?? 10)) * 1_000
      : 0;
    longest = Math.max(longest, (runsOn(container) ? 0 : budgetMs(startupProbe)) + readiness);
  }
  return Math.max(30_000, sidecarsMs(spec, budgetMs) + longest + 20_000);
}

/** Before this no probe can say yes, however fast the pods before it were: they may have had others. */
function earliestReadyMs({ spec }: Pod): number {
  let latest = 0;
  for (const container of lastingContainers(spec)) {
    const own = runsOn(container) ? 0 : firstAnswerMs(container.startupProbe);
    latest = Math.max(latest, own + firstAnswerMs(container.readinessProbe));
  }
  return sidecarsMs(spec, firstAnswerMs) + latest;
}

/** All containers are ready, and somebody outside has yet to say so: a load balancer registers and checks the pod. */
const gateMs = 3 * 60_000;
const isGated = (pod: Pod) => conditionOf(pod, "ContainersReady")?.status === "True";

/** Learned for each workload: how long its pods took to become ready (ms). */
type ReadyTimes = Map<string, number>;

function allowance(pod: Pod, owner: string, times: ReadyTimes): number {
  const usual = times.get(owner);
  const byProbes = startAllowanceMs(pod);
  return usual === undefined ? byProbes : Math.min(byProbes, Math.max(12_000, 4 * usual, earliestReadyMs(pod) + 5_000));
}

function learn(pod: Pod, owner: string, times: ReadyTimes): void {
  const ready = timeOf(conditionOf(pod, "Ready")?.lastTransitionTime, Number.NaN);
  const created = timeOf(pod.metadata.creationTimestamp, Number.NaN);
  const restarted = containersOf(pod).some(({ status }) => status.restartCount > 0);
  if (restarted || !(ready >= created)) return;
  times.set(owner, Math.max(ready - created, (times.get(owner) ?? 0) * 0.9));
}

/**
 * Running containers whose pod is not ready for longer than its probes and its own history explain. Source: condition
 * Ready, probes, start time. Not a fault: the first seconds of a pod, start-up probes within their budget, containers that
 * wait or crash (other detectors), pods being deleted, a short dip of a pod that was ready, a readiness gate of a load
 * balancer in its first minutes, what is left on a node that is restarted or taken away.
 */
export function podNotReady(): Detector {
  const times: ReadyTimes = new Map();
  return {
    name: "pod-not-ready",
    family: "state",
    nature: "failure",
    *detect(context: DetectContext): Iterable<Finding> {
      const { pods, ownerOf, now } = context;
      if (times.size > 10_000) times.clear();
      for (const pod of pods) {
        if (!isCurrent(pod) || pod.status?.phase !== "Running") continue;
        const owner = ownerOf(pod);
        if (isReady(pod)) {
          learn(pod, refKey(owner), times);
          continue;
        }
        const containers = containersOf(pod).filter((one) => !one.init || isSidecar(one));
        if (containers.length === 0 || containers.some(({ status }) => !status.state?.running)) continue;
        const startedAt = Math.max(...containers.map(({ status }) => timeOf(status.state?.running?.startedAt, 0)));
        const since = Math.max(startedAt, timeOf(conditionOf(pod, "Ready")?.lastTransitionTime, startedAt));
        const dip = since > startedAt + 2_000;
        const patienceMs = isGated(pod) ? gateMs : dip ? 20_000 : allowance(pod, refKey(owner), times);
        if (now - since < patienceMs || passingNodes(context).has(pod.spec.nodeName ?? "")) continue;
        const message = short(conditionOf(pod, "Ready")?.message);
        yield {
          reason: "NotReady",
          target: owner,
          seenOn: refOf(pod),
          severity: "high",
          headline: dip ? "has pods that dropped out of service" : "has pods that do not become ready",
          summary: `Pod ${pod.metadata.name} has been running but not ready for ${duration(now - since)}${message ? `: ${message}` : ""}`,
          startsAt: since,
        };
      }
    },
  };
}
