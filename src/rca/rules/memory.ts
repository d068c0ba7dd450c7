import { parseQuantity } from "../../cluster/quantity.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
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

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const facts = memoryFacts(open, workload);
  const heap = freshLogs(open, workload, "heap");
  const worst = [...facts].sort(
    (a, b) =>
      Number(b.killed) - Number(a.killed) ||
      b.peak / (b.limit ?? Number.POSITIVE_INFINITY) - a.peak / (a.limit ?? Number.POSITIVE_INFINITY),
  )[0];
  if (!worst) return [];
  const killed = facts.some((fact) => fact.killed) || heap.length > 0;
  const grown = facts.filter((fact) => fact.growth !== undefined);
  const full = facts.some(
    (fact) =>
      fact.limit !== undefined && fact.pod.deletedAt === undefined && (fact.shift?.peak ?? 0) > 0.9 * fact.limit,
  );
  if (!killed && grown.length === 0 && !full) return [];

  const resources = lastFields(open, workload, "resources");
  const lowered = resources?.fields.find(
    (field) => /limits(\.|\[)?memory/.test(field.path) && movedQuantity(field) === "down",
  );
  const container = worst.container.name;
  const cited = [
    ...open.cite(
      ...facts
        .filter((fact) => fact.killed)
        .slice(0, 2)
        .map((fact) => podFinding(fact.pod, open.now)),
    ),
    ...open.cite(
      ...facts
        .filter((fact) => fact.shift && (fact.killed || fact.growth !== undefined || fact === worst))
        .slice(0, 2)
        .map((fact) => fact.shift && metricFinding(fact.shift, workload)),
    ),
    ...citeLogs(open, heap, 1),
  ];
  const peakBytes = Math.max(...facts.map((fact) => fact.peak));
  const found: Candidate[] = [];
  const tooLow = (specificity: number, why: string, change?: typeof resources) =>
    candidate(
      {
        cause: "memory-limit-too-low",
        culprit: workload,
        statement: `container ${container} of ${called(workload)} ${why}`,
        evidence: [...cited, ...citeChange(open, change?.change)],
        specificity,
        facts: { container, peakBytes },
        ...(change ? { change: change.change } : {}),
      },
      open,
    );
  if (lowered && resources && (killed || full)) {
    found.push(
      tooLow(
        killed ? 0.97 : 0.88,
        `needs more memory than its limit, which was lowered from ${lowered.before ?? "none"} to ${lowered.after}`,
        resources,
      ),
    );
    return found;
  }
  const quick = facts.filter((fact) => fact.killed && (fact.lifeMs ?? Number.POSITIVE_INFINITY) < minRunMs);
  const leaking = grown[0];
  if (leaking) {
    const perMinute = ((leaking.growth ?? 0) * 60) / 2 ** 20;
    const image = open.lastChange(workload, "image");
    const every = grown.length > 1;
    found.push(
      candidate(
        {
          cause: "memory-leak",
          culprit: workload,
          statement: `memory of ${called(workload)} ${image ? "has been growing" : "grows"} in a straight line by ${perMinute.toFixed(1)} MiB a minute${every ? " in every pod" : ""}${image ? " since the image changed" : ""}${killed ? ", until the container is killed for lack of memory" : ""}`,
          evidence: [...cited, ...citeChange(open, image)],
          specificity: (killed || full ? 0.88 : 0.8) + (image ? 0.07 : 0) - (quick.length > 1 ? 0.3 : 0),
          facts: { container, peakBytes },
          ...(image ? { change: image } : {}),
        },
        open,
      ),
    );
  }
  const dead = facts.filter((fact) => fact.killed);
  const leak = leakOfRelease(
    open,
    workload,
    dead.map(({ pod, lifeMs, shift }) => ({ pod: pod.ref.name, lifeMs, measured: shift !== undefined })),
  );
  if (leak && !leaking)
    found.push(
      candidate(
        {
          cause: "memory-leak",
          culprit: workload,
          statement: `memory of ${called(workload)} fills up since the new release: ${leak.words}`,
          evidence: [...cited, ...citeChange(open, leak.change)],
          specificity: 0.84,
          facts: { container, peakBytes },
          change: leak.change,
        },
        open,
      ),
    );
  const appetite = appetiteOfRelease(
    open,
    workload,
    dead.map(({ pod, limit, lifeMs }) => ({ pod: pod.ref.name, limit, lifeMs })),
  );
  if (appetite && !leaking)
    found.push(
      candidate(
        {
          cause: "bad-release",
          culprit: workload,
          statement: `the new release of ${called(workload)} has a defect: ${appetite.words}`,
          evidence: [...cited, ...citeChange(open, appetite.change)],
          specificity: 0.9,
          change: appetite.change,
        },
        open,
      ),
    );
  if (killed || full)
    found.push(
      tooLow(
        leaking || leak || appetite ? 0.4 : killed ? 0.8 : 0.5,
        killed
          ? "is killed because it uses more memory than its limit"
          : "uses nearly all the memory that its limit allows",
      ),
    );
  return found;
}

/** Killed for lack of memory: a limit that was always, or has become, too low, or memory that grows without end. */
export const memory: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
