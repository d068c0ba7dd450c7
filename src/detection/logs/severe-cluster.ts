import { clusterOf, type LogMark } from "../../cluster/log-cluster.ts";
import { makeRef, type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { createLearning, isSettled, type Learning, runsToItsEnd } from "./learned.ts";
import type { WorkloadTally } from "./log-tally.ts";
import type { MessageKind } from "./message-kinds.ts";
import { createNovelty, type Novelty } from "./novelty.ts";
import { rareKinds } from "./rare-template.ts";

/** What begins within this time may have one reason. */
const windowMs = 2 * 60_000;
/** Stated rate of false alarms: one in thirty days, over all workloads and windows together. */
const falseAlarmsPerDay = 1 / 30;
const windowsPerDay = (24 * 60 * 60_000) / windowMs;
/** A program that has been up for less writes what belongs to its start. */
const startMs = 60_000;
const quietMs = 60_000;
const fadingMs = 20_000;
const maxMemories = 20_000;

/** What one workload has said for the first time lately. */
interface News {
  readonly tally: WorkloadTally;
  readonly severe: readonly MessageKind[];
  readonly all: readonly MessageKind[];
  readonly chance: number;
}

interface Cluster {
  readonly target: ObjectRef;
  readonly kinds: readonly { readonly workload: ObjectRef; readonly kind: MessageKind }[];
  readonly chance: number;
}

function newsOf(
  tally: WorkloadTally,
  context: DetectContext,
  learning: Learning,
): { readonly severe: readonly MessageKind[]; readonly all: readonly MessageKind[] } {
  const { now, watchingSince, learnMs } = context;
  // Severe lines count at once; a minute is enough to know those that are always there.
  const knownUntil = watchingSince + Math.min(learnMs, Math.max(60_000, learnMs / 3));
  const isUp = ({ pod, firstAt }: MessageKind) => {
    const writer = context.podsOf(tally.workload).find(({ metadata }) => metadata.name === pod);
    return writer !== undefined && isSettled(writer, undefined, firstAt - startMs);
  };
  const severe = tally
    .templatesSince(now - windowMs)
    .filter((kind) => kind.firstAt > Math.max(knownUntil, now - windowMs) && kind.runs === 1 && isUp(kind));
  const rare = rareKinds(tally, learning, context, now - windowMs).filter(({ firstAt }) => firstAt > now - windowMs);
  return { severe, all: [...severe, ...rare] };
}

/** Workloads that depend on each other, directly or not, among those that have news. */
function connected(news: readonly News[], context: DetectContext): News[][] {
  const topology = context.topology();
  const reach = new Map(
    news.map(({ tally }) => [refKey(tally.workload), new Set(topology.dependenciesOf(tally.workload).map(refKey))]),
  );
  const groups: News[][] = [];
  for (const one of news) {
    const key = refKey(one.tally.workload);
    const near = groups.filter((group) =>
      group.some(({ tally }) => {
        const other = refKey(tally.workload);
        return reach.get(key)?.has(other) || reach.get(other)?.has(key);
      }),
    );
    const merged = [one, ...near.flat()];
    for (const group of near) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups;
}

const markOf = (workload: ObjectRef, kind: MessageKind): LogMark => ({
  workload,
  pod: kind.pod,
  level: kind.level === "fatal" || kind.level === "error" || kind.level === "warn" ? kind.level : "other",
  text: kind.example,
  firstAt: kind.firstAt,
  lastAt: kind.lastAt,
  count: kind.count,
  countBefore: 0,
});

/**
 * Rare and severe lines that several workloads, which depend on each other, write for the first time within two minutes; or
 * one workload that does so again and again. One alone proves nothing; that they coincide does. The chance is worked out
 * from how often each of them says something new, and an incident is opened only below one false alarm in thirty days.
 * Source: kinds of log lines. Not a fault: news of one workload at a time, programs that start or stop, jobs, workloads
 * that say something new all the time, news of workloads that have nothing to do with each other.
 */
export const severeCluster = (): Detector => {
  const learning = createLearning();
  const memories = new Map<string, Novelty>();
  const active = new Map<string, Cluster>();

  function noveltyOf(tally: WorkloadTally, context: DetectContext): Novelty {
    const key = refKey(tally.workload);
    let novelty = memories.get(key);
    if (!novelty) {
      if (memories.size >= maxMemories) memories.clear();
      novelty = createNovelty(Math.max(context.watchingSince, tally.firstLineAt) + 60_000, windowMs);
      memories.set(key, novelty);
    }
    return novelty;
  }

  function gather(context: DetectContext): { readonly news: News[]; readonly watched: number } {
    const from = context.now - windowMs;
    const news: News[] = [];
    let watched = 0;
    for (const tally of context.logs.workloads()) {
      if (runsToItsEnd(tally.workload)) continue;
      watched++;
      const found = newsOf(tally, context, learning);
      const novelty = noveltyOf(tally, context);
      novelty.note(found.all.map(({ firstAt }) => firstAt));
      const chance = novelty.chance(from, context.now);
      if (found.all.length > 0) news.push({ tally, ...found, chance });
    }
    return { news, watched };
  }

  function open(context: DetectContext): void {
    const { news, watched } = gather(context);
    for (const group of connected(news, context)) {
      const severe = group.reduce((sum, one) => sum + one.severe.length, 0);
      if (severe < (group.length > 1 ? 1 : 2)) continue;
      const chance = group.reduce((product, one) => product * one.chance, 1);
      if (chance * watched * windowsPerDay > falseAlarmsPerDay) continue;
      const kinds = group.flatMap(({ tally, all }) => all.map((kind) => ({ workload: tally.workload, kind })));
      const first = kinds.reduce((a, b) => (b.kind.firstAt < a.kind.firstAt ? b : a));
      const key = refKey(first.workload);
      if (!active.has(key)) active.set(key, { target: first.workload, kinds, chance });
    }
  }

  return {
    name: "log-severe-cluster",
    family: "log",
    nature: "symptom",
    *detect(context: DetectContext): Iterable<Finding> {
      const { now } = context;
      open(context);
      for (const [key, { target, kinds, chance }] of active) {
        const lastAt = Math.max(...kinds.map(({ kind }) => kind.lastAt));
        const cluster = clusterOf(
          kinds.map(({ workload, kind }) => markOf(workload, kind)),
          { beforeMs: 24 * 60 * 60_000, windowMs },
        );
        if (!cluster || now - lastAt > quietMs) {
          active.delete(key);
          continue;
        }
        const others = [...new Map(kinds.map(({ workload }) => [refKey(workload), workload])).values()].filter(
          (ref) => refKey(ref) !== key,
        );
        const { first, worst, hallmarks } = cluster;
        yield {
          reason: "severe-cluster",
          target,
          seenOn: makeRef("Pod", target.namespace, first.pod),
          severity: worst.level === "fatal" ? "high" : "medium",
          score: 1 - Math.min(0.5, chance * 1_000),
          headline: `${others.length === 0 ? "logs" : `and ${others.length} more log`} trouble never seen before: ${short(worst.text, 80)}`,
          summary: `${cluster.kinds} kinds of rare or severe lines from ${cluster.workloads} ${cluster.workloads === 1 ? "workload" : "workloads"} within two minutes. First, from ${first.workload.name}: ${short(first.text, 120)}. Worst, from ${worst.workload.name}: ${short(worst.text, 120)}.${hallmarks.length > 0 ? ` Words: ${hallmarks.join(", ")}` : ""}`,
          startsAt: Math.min(...kinds.map(({ kind }) => kind.firstAt)),
          fading: now - lastAt > fadingMs,
          related: others,
          value: cluster.kinds,
          expected: 0,
          unit: "kinds",
        };
      }
    },
  };
};
