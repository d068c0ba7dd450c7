import { parseQuantity } from "../../cluster/quantity.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { metricFinding, type Shift, straightLine } from "../gather/metrics.ts";
import { type ContainerFact, type PodFact, podFinding } from "../gather/object-state.ts";
import { appetiteOfRelease, leakOfRelease } from "./appetite.ts";
import { called, citeChange, citeLogs, freshLogs, lastFields, movedQuantity } from "./patterns.ts";

interface MemoryFact {
  readonly pod: PodFact;
  readonly container: ContainerFact;
  readonly limit: number | undefined;
  readonly killed: boolean;
  /** How long the container lived before it was killed (ms). */
  readonly lifeMs: number | undefined;
  readonly shift: Shift | undefined;
  readonly peak: number;
  /** Bytes a second when memory grows in a straight line in one run of the container. */
  readonly growth: number | undefined;
}

// A run shorter than this says nothing about growth: caches warm up.
const warmUpMs = 30_000;
const minRunMs = 100_000;
const recentMs = 3 * 60_000;

/** Growth within one run: the present one when it is long enough, otherwise the one that ended last. */
function growthOf(open: Case, pod: PodFact, container: ContainerFact, limit: number | undefined): number | undefined {
  const labels = { namespace: pod.ref.namespace ?? "", pod: pod.ref.name, container: container.name };
  const series = open.observation.series.get("container_memory_working_set_bytes", labels);
  if (!series) return undefined;
  const exit = container.lastExit;
  const started = exit && exit.finishedAt > pod.createdAt ? exit.finishedAt : pod.createdAt;
  const runs: [number, number][] = [[Math.max(started, open.onset - 8 * 60_000), pod.deletedAt ?? open.now]];
  if (exit) runs.push([Math.max(exit.startedAt, exit.finishedAt - 10 * 60_000), exit.finishedAt]);
  for (const [from, to] of runs) {
    if (to - from < minRunMs + warmUpMs) continue;
    const points = open.observation.series.window(series, from + warmUpMs, to);
    const { perSecond, r2 } = straightLine(points);
    const span = ((points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)) / 1_000;
    if (span < minRunMs / 1_000) continue;
    const grown = perSecond * span;
    if (r2 > 0.88 && grown > Math.max(6 * 2 ** 20, 0.06 * (limit ?? 0))) return perSecond;
  }
  return undefined;
}

function memoryFacts(open: Case, workload: ObjectRef): readonly MemoryFact[] {
  const facts: MemoryFact[] = [];
  for (const pod of open.podsOf(workload)) {
    for (const container of pod.containers) {
      const spec = [...(pod.pod.spec.initContainers ?? []), ...pod.pod.spec.containers].find(
        (item) => item.name === container.name,
      );
      const limit = parseQuantity(spec?.resources?.limits?.memory);
      const labels = { namespace: pod.ref.namespace ?? "", pod: pod.ref.name, container: container.name };
      const shift = open.shifts("container_memory_working_set_bytes", labels)[0];
      const exit = container.lastExit;
      const counted = open.shifts("container_oom_events", labels).some((item) => item.peak > (item.before ?? 0));
      const killed = (exit?.reason === "OOMKilled" && exit.finishedAt >= open.onset - recentMs) || counted;
      facts.push({
        pod,
        container,
        limit,
        killed,
        lifeMs: exit && killed ? exit.finishedAt - exit.startedAt : undefined,
        shift,
        peak: Math.max(shift?.peak ?? 0, killed ? (limit ?? 0) : 0),
        growth: growthOf(open, pod, container, limit),
      });
    }
  }
  return facts;
}

/** What the memory of a workload's containers shows, taken together. */
interface Story {
  readonly workload: ObjectRef;
  readonly container: string;
  /** Killed, or out of heap by its own words. */
  readonly isKilled: boolean;
  /** Right below the limit. */
  readonly isFull: boolean;
  readonly dead: readonly MemoryFact[];
  readonly growing: readonly MemoryFact[];
  readonly peakBytes: number;
  readonly cited: readonly string[];
}

function storyOf(open: Case, workload: ObjectRef): Story | undefined {
  const facts = memoryFacts(open, workload);
  const [worst] = [...facts].sort(
    (a, b) =>
      Number(b.killed) - Number(a.killed) ||
      b.peak / (b.limit ?? Number.POSITIVE_INFINITY) - a.peak / (a.limit ?? Number.POSITIVE_INFINITY),
  );
  if (!worst) return undefined;
  const heap = freshLogs(open, workload, "heap");
  const dead = facts.filter((fact) => fact.killed);
  const growing = facts.filter((fact) => fact.growth !== undefined);
  const isFull = facts.some(
    ({ limit, pod, shift }) => limit !== undefined && pod.deletedAt === undefined && (shift?.peak ?? 0) > 0.9 * limit,
  );
  const isKilled = dead.length > 0 || heap.length > 0;
  if (!isKilled && growing.length === 0 && !isFull) return undefined;
  const telling = facts.filter((fact) => fact.shift && (fact.killed || fact.growth !== undefined || fact === worst));
  return {
    workload,
    container: worst.container.name,
    isKilled,
    isFull,
    dead,
    growing,
    peakBytes: Math.max(...facts.map(({ peak }) => peak)),
    cited: [
      ...open.cite(...dead.slice(0, 2).map(({ pod }) => podFinding(pod, open.now))),
      ...open.cite(...telling.slice(0, 2).map(({ shift }) => shift && metricFinding(shift, workload))),
      ...citeLogs(open, heap, 1),
    ],
  };
}

/** A candidate of this story: the workload itself is to blame. */
function blame(
  open: Case,
  { workload, cited }: Story,
  parts: Pick<Candidate, "cause" | "statement" | "specificity"> & Partial<Pick<Candidate, "facts">>,
  change: Change | undefined,
): Candidate {
  const evidence = [...cited, ...citeChange(open, change)];
  return candidate({ culprit: workload, ...parts, evidence, ...(change ? { change } : {}) }, open);
}

function tooLow(open: Case, story: Story, specificity: number, why: string, change?: Change): Candidate {
  const { container, peakBytes } = story;
  const statement = `container ${container} of ${called(story.workload)} ${why}`;
  return blame(
    open,
    story,
    { cause: "memory-limit-too-low", statement, specificity, facts: { container, peakBytes } },
    change,
  );
}

/** The limit was made smaller, and that was too much. */
function loweredLimit(open: Case, story: Story): Candidate | undefined {
  if (!story.isKilled && !story.isFull) return undefined;
  const resources = lastFields(open, story.workload, "resources");
  const lowered = resources?.fields.find(
    (field) => /limits(\.|\[)?memory/.test(field.path) && movedQuantity(field) === "down",
  );
  if (!resources || !lowered) return undefined;
  const why = `needs more memory than its limit, which was lowered from ${lowered.before ?? "none"} to ${lowered.after}`;
  return tooLow(open, story, story.isKilled ? 0.97 : 0.88, why, resources.change);
}

/** Memory was seen to grow in a straight line. */
function leakSeen(open: Case, story: Story): Candidate | undefined {
  const [first, ...others] = story.growing;
  if (!first) return undefined;
  const { workload, container, peakBytes, isKilled, isFull } = story;
  const perMinute = ((first.growth ?? 0) * 60) / 2 ** 20;
  const change = open.lastChange(workload, "image");
  const quick = story.dead.filter(({ lifeMs = Number.POSITIVE_INFINITY }) => lifeMs < minRunMs);
  const statement = `memory of ${called(workload)} ${change ? "has been growing" : "grows"} in a straight line by ${perMinute.toFixed(1)} MiB a minute${others.length > 0 ? " in every pod" : ""}${change ? " since the image changed" : ""}${isKilled ? ", until the container is killed for lack of memory" : ""}`;
  const specificity = (isKilled || isFull ? 0.88 : 0.8) + (change ? 0.07 : 0) - (quick.length > 1 ? 0.3 : 0);
  return blame(open, story, { cause: "memory-leak", statement, specificity, facts: { container, peakBytes } }, change);
}

/** Nobody measured how memory grows, and what came with a release shows what it does with it. */
function* releaseFaults(open: Case, story: Story): Generator<Candidate> {
  const { workload, container, peakBytes } = story;
  const lives = story.dead.map(({ pod, limit, lifeMs, shift }) => ({
    pod: pod.ref.name,
    limit,
    lifeMs,
    measured: shift !== undefined,
  }));
  const leak = leakOfRelease(open, workload, lives);
  if (leak) {
    const statement = `memory of ${called(workload)} fills up since the new release: ${leak.words}`;
    const facts = { container, peakBytes };
    yield blame(open, story, { cause: "memory-leak", statement, specificity: 0.84, facts }, leak.change);
  }
  const appetite = appetiteOfRelease(open, workload, lives);
  if (appetite) {
    const statement = `the new release of ${called(workload)} has a defect: ${appetite.words}`;
    yield blame(open, story, { cause: "bad-release", statement, specificity: 0.9 }, appetite.change);
  }
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const story = storyOf(open, workload);
  if (!story) return [];
  const lowered = loweredLimit(open, story);
  if (lowered) return [lowered];
  const leak = leakSeen(open, story);
  const others = leak ? [leak] : [...releaseFaults(open, story)];
  if (!story.isKilled && !story.isFull) return others;
  const why = story.isKilled
    ? "is killed because it uses more memory than its limit"
    : "uses nearly all the memory that its limit allows";
  return [...others, tooLow(open, story, others.length > 0 ? 0.4 : story.isKilled ? 0.8 : 0.5, why)];
}

/** Killed for lack of memory: a limit that was always, or has become, too low, or memory that grows without end. */
export const memory: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
