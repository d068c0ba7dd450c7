import { asWorkload } from "../../cluster/kubernetes-types.ts";
import { looksLikeDatabase } from "../../cluster/looks-like-database.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import type { Finding } from "../gather/evidence-book.ts";
import { logFinding } from "../gather/logs.ts";
import type { Shift } from "../gather/metrics.ts";
import { called, citeLogs, freshLogs, isSymptomatic, podShifts, readyPods, unprovenChange } from "./patterns.ts";
import { isUnmeasured, unanswered } from "./slow-by-logs.ts";

/** A workload from which no answer comes: its probes or its callers wait in vain. */
interface Hang {
  readonly workload: ObjectRef;
  /** The first of it (ms). */
  readonly since: number;
  readonly findings: readonly Finding[];
}

/** What a process that hangs says, if anything: whoever watches over it, or it itself, has waited too long. */
const ofWaiting: ReadonlySet<string> = new Set(["timeout", "slow", "reset", "upstream"]);

/** Does nobody get an answer of a workload in time? Undefined when they do, or it says itself what else is wrong. */
export function hangOf(open: Case, workload: ObjectRef): Hang | undefined {
  const probes = open
    .eventsOf(workload)
    .filter(({ reason, message }) => reason === "Unhealthy" && /timeout|timed out|deadline exceeded/i.test(message));
  const waits = open.topology
    .dependentsOf(workload, 1)
    .flatMap((caller) => unanswered(open, caller))
    .filter(({ callee }) => sameRef(callee, workload))
    .map(({ fact }) => fact);
  if (probes.length + waits.length === 0) return undefined;
  const own = freshLogs(open, workload).filter(({ level }) => level === "error" || level === "fatal");
  if (own.some(({ signs }) => signs.some((sign) => !ofWaiting.has(sign)))) return undefined;
  const lines = [...waits, ...own.filter(({ signs }) => signs.includes("timeout"))];
  return {
    workload,
    since: Math.min(...probes.map(({ at }) => at), ...lines.map(({ first }) => first)),
    findings: [
      ...probes.slice(-1).map((event) => eventFinding(event, workload)),
      ...lines.slice(0, 2).map((fact) => logFinding(fact, open.onset, open.now)),
    ],
  };
}

/** Of the periods of its CPU limit in which a container wanted more. */
export const shortOfCpu = 0.25;
/** A container that wants no more than this now and then has all the CPU that it needs. */
const plenty = 0.1;
/** A sample is taken over some time: what was so when the first gave up waiting shows in the next (ms). */
const shownMs = 10_000;

/**
 * When the first gave up waiting, its containers had all the CPU that they wanted. Who waits for want of CPU is short of it before
 * that; who hangs uses it when it is started again.
 */
export function hadCpu({ since }: Hang, throttled: readonly Shift[]): boolean {
  return throttled.every(({ points }) => {
    const then = points.find(({ at }) => at >= since + shownMs);
    return then !== undefined && then.value <= plenty;
  });
}

function isDatabase({ topology, observation }: Case, ref: ObjectRef): boolean {
  const object = asWorkload(observation.objects.find(ref)?.object);
  return object !== undefined && looksLikeDatabase(object, topology.servicesOf(ref), observation);
}

/** Who keeps what others ask for, among those whom it may wait for; more surely on a disk than in memory. */
function keeperOf(open: Case, callees: readonly ObjectRef[]): ObjectRef | undefined {
  const hasDisk = (ref: ObjectRef) =>
    ref.kind === "StatefulSet" || open.topology.usesOf(ref).some((use) => use.ref.kind === "PersistentVolumeClaim");
  const onDisk = callees.filter(hasDisk);
  if (onDisk.length > 0) return onDisk.length === 1 ? onDisk[0] : undefined;
  const databases = callees.filter((ref) => isDatabase(open, ref));
  return databases.length === 1 ? databases[0] : undefined;
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const hang = hangOf(open, workload);
  if (!hang || unanswered(open, workload).length > 0) return [];
  if (unprovenChange(open, workload, "image", "env", "resources", "command", "liveness", "readiness")) return [];
  const { shifts } = podShifts(open, workload, "container_cpu_throttled_ratio");
  const throttled = shifts.filter(({ peak }) => peak > shortOfCpu);
  if (!hadCpu(hang, throttled)) return [];
  const callees = open.topology
    .dependenciesOf(workload, 1)
    .filter((ref) => readyPods(open, ref).length > 0 && isUnmeasured(open, ref));
  const hangToo = (callee: ObjectRef) =>
    open.topology
      .dependentsOf(callee, 1)
      .filter((caller) => !sameRef(caller, workload) && hangOf(open, caller) !== undefined);
  const shared = callees.filter((callee) => hangToo(callee).length > 0);
  const keeper = shared.length === 1 ? shared[0] : keeperOf(open, callees);
  if (!keeper) return [];
  const together = hangToo(keeper);
  const others = open.topology.dependentsOf(keeper, 1).length - together.length - 1;
  const cut = freshLogs(open, keeper, "timeout", "reset");
  const change = unprovenChange(open, keeper, "image", "env", "resources", "command");
  return [
    candidate(
      {
        cause: "slow-dependency",
        culprit: keeper,
        statement: `${called(workload)} hangs without saying for what it waits, and ${together.length > 0 ? `${together.map(({ name }) => name).join(", ")} with it: they ask` : "what it asks is"} ${called(keeper)}, which runs`,
        evidence: [...open.cite(...hang.findings), ...citeLogs(open, cut, 1)],
        // It may hang for a reason of its own; that others who ask the same are well makes that likelier.
        specificity:
          0.66 +
          (together.length > 0 ? 0.1 : others > 0 ? -0.03 : 0) +
          (cut.length > 0 ? 0.04 : 0) -
          (change ? 0.1 : 0),
        hits: [keeper, workload, ...together],
        facts: { callers: [workload, ...together] },
      },
      open,
    ),
  ];
}

/** A workload that hangs and says nothing of it waits for somebody: whom its environment names and others wait for, or who keeps its data. */
export const hanging: Rule = (open) =>
  open.scope.filter((workload) => isSymptomatic(open, workload)).flatMap((workload) => judge(open, workload));
