import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Series } from "../../cluster/series-store.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { percent, workloadOf } from "../metrics/who.ts";
import { isCurrent } from "../state/container-states.ts";
import { rolloutOf } from "../state/rollout.ts";
import { decide, type HealthChances, type HealthDecision } from "./decision.ts";
import type { HealthVitals } from "./health-features.ts";
import { chancesOf, type HealthClassifier } from "./health-model.ts";
import { loadHealthModel } from "./load-health-model.ts";
import { vitalsOf } from "./vitals-of.ts";

/** A process this young is starting: busy CPU, no connections yet. */
const startSeconds = 120;
/** An answer this many ticks old says nothing about now. */
const freshTicks = 3;
const freshMs = 45_000;
/** Two answers farther apart are not two in a row (ms). */
const gapMs = 90_000;
const holdSamples = 2;
const clearSamples = 2;

interface Memory {
  lastAt: number;
  wrong: number;
  right: number;
  /** The newest answer could be judged. */
  judged: boolean;
  since: number;
  finding: Finding | undefined;
}

const newMemory = (): Memory => ({ lastAt: 0, wrong: 0, right: 0, judged: false, since: 0, finding: undefined });

interface Look {
  readonly at: number;
  readonly vitals: HealthVitals;
  readonly errors: Series;
  readonly memory: Series;
  /** What it says of itself, beside the figures. */
  readonly saysDegraded: boolean;
}

/** Some applications are never "ok" by their own word; that says nothing. */
function hasSaidOtherwise(word: Series): boolean {
  for (let i = word.length - 1; i >= 0; i--) if (word.valueAt(i) === 0) return true;
  return false;
}

/** All four measurements of one answer; undefined when one of them is missing. */
function lookAt(uptime: Series, { observation }: DetectContext): Look | undefined {
  const { labels, lastAt: at, last: uptimeSeconds } = uptime;
  const cpu = observation.series.get("health_cpu_ratio", labels);
  const memory = observation.series.get("health_memory_ratio", labels);
  const errors = observation.series.get("health_error_count", labels);
  if (!cpu || !memory || !errors || cpu.lastAt !== at || memory.lastAt !== at || errors.lastAt !== at) return undefined;
  const healedAt = observation.series.get("health_healed", labels)?.lastAt;
  const answer = { at, cpuRatio: cpu.last, memoryRatio: memory.last, uptimeSeconds };
  const word = observation.series.get("health_degraded", labels);
  const saysDegraded = word?.lastAt === at && word.last === 1 && hasSaidOtherwise(word);
  return { at, vitals: vitalsOf({ cpu, memory, errors }, answer, healedAt), errors, memory, saysDegraded };
}

/** A heal has had its effect by then, or has none. */
const healShowsMinutes = 2;

/**
 * What is to be done: what the classifier advises, or at least a soft heal for one that says itself that it is not well. Its
 * own word outlives a heal only when the heal was not enough.
 */
function decisionOn({ vitals, saysDegraded }: Look, chances: HealthChances): HealthDecision {
  const decision = decide(chances);
  if (!saysDegraded || decision !== "none") return decision;
  return (vitals.minutesSinceHeal ?? 0) >= healShowsMinutes ? "hard-restart" : "soft-heal";
}

/** Pods come and go during a rollout, and each of them is starting or ending. */
function isChanging(workload: ObjectRef, { observation }: DetectContext): boolean {
  const object = observation.objects.get(workload.kind, workload.namespace, workload.name);
  const rolls = isKind(object, "Deployment") || isKind(object, "StatefulSet") || isKind(object, "DaemonSet");
  return rolls && rolloutOf(object).inProgress;
}

const advice: Readonly<Record<Exclude<HealthDecision, "none">, string>> = {
  "soft-heal": "a soft heal should be enough",
  "hard-restart": "it needs a hard restart",
};

function findingOf(
  { vitals, errors, memory, saysDegraded }: Look,
  decision: Exclude<HealthDecision, "none">,
  chances: HealthChances,
  workload: ObjectRef,
  since: number,
): Finding {
  const { cpuRatio, memoryRatio, errorCount, uptimeSeconds, minutesSinceHeal } = vitals;
  const { namespace, pod = "" } = errors.labels;
  const chance = decision === "soft-heal" ? chances[1] : chances[2];
  const full = memoryRatio >= 0.85;
  const shown = full ? memory : errors;
  const minutes = Math.round(uptimeSeconds / 60);
  const healed =
    minutesSinceHeal === undefined
      ? ""
      : `, ${Math.max(1, Math.round(minutesSinceHeal))} min after it was asked to heal itself`;
  return {
    reason: "application-degraded",
    target: workload,
    seenOn: makeRef("Pod", namespace, pod),
    severity: decision === "hard-restart" ? "high" : "medium",
    score: saysDegraded ? Math.max(0.6, 1 - chances[0]) : 1 - chances[0],
    headline: "reports that it is not well",
    summary: `${pod} reports ${saysDegraded ? "that it is degraded, " : ""}CPU ${percent(cpuRatio)}, memory ${percent(memoryRatio)} and ${Math.round(errorCount)} errors more than usual in five minutes, after ${minutes} min of uptime${healed}; decision: ${decision}, ${advice[decision]}${decide(chances) === decision ? ` (${percent(chance)})` : ", by its own word"}`,
    startsAt: since,
    series: { name: shown.name, labels: shown.labels },
    value: shown.last,
    unit: full ? "ratio" : "count",
    advice: decision,
  };
}

/**
 * A workload whose own health answers say that it will not recover by itself. Source: CPU, memory, errors and uptime of its
 * health endpoint, judged by a classifier trained on what helps, and its own word for its state. Not a fault: start-up, a rollout in progress, one bad
 * answer, an answer that leaves out a part, no answer at all.
 */
export const appHealth = (classifierOf: () => HealthClassifier | undefined = loadHealthModel): Detector => {
  const memories = new Map<Series, Memory>();

  function judge(memory: Memory, look: Look, workload: ObjectRef, classifier: HealthClassifier): void {
    memory.judged = true;
    const chances = chancesOf(classifier, look.vitals);
    const decision = decisionOn(look, chances);
    if (decision === "none") {
      memory.wrong = 0;
      if (++memory.right >= clearSamples) memory.finding = undefined;
      return;
    }
    if (memory.wrong++ === 0 && !memory.finding) memory.since = look.at;
    memory.right = 0;
    if (memory.wrong >= holdSamples || memory.finding)
      memory.finding = findingOf(look, decision, chances, workload, memory.since);
  }

  return {
    name: "app-health",
    family: "health",
    nature: "symptom",
    *detect(context): Iterable<Finding> {
      const { observation, now, tickMs } = context;
      const seen = new Set<Series>();
      for (const uptime of observation.series.select("health_uptime_seconds")) {
        const classifier = classifierOf();
        if (!classifier) return;
        const { namespace, pod = "" } = uptime.labels;
        const object = observation.objects.get("Pod", namespace, pod);
        if (!isKind(object, "Pod") || !isCurrent(object)) continue;
        seen.add(uptime);
        const memory = memories.get(uptime) ?? newMemory();
        memories.set(uptime, memory);
        if (uptime.lastAt > memory.lastAt) {
          if (uptime.lastAt - memory.lastAt > Math.max(gapMs, freshTicks * tickMs)) memory.wrong = 0;
          memory.lastAt = uptime.lastAt;
          memory.judged = false;
          const workload = workloadOf(uptime, context);
          // A new process owes nothing to the one before it; how it will do is not known yet.
          if (uptime.last < startSeconds) Object.assign(memory, { wrong: 0, finding: undefined });
          else if (!isChanging(workload, context)) {
            const look = lookAt(uptime, context);
            if (look) judge(memory, look, workload, classifier);
          }
        }
        const { finding, judged, lastAt, right } = memory;
        if (!finding || !judged || now - lastAt > Math.max(freshMs, freshTicks * tickMs)) continue;
        yield right > 0 ? { ...finding, fading: true } : finding;
      }
      for (const series of memories.keys()) if (!seen.has(series)) memories.delete(series);
    },
  };
};
