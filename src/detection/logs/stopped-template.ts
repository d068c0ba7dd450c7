import { makeRef, refKey } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { isSettled, runsToItsEnd } from "./learned.ts";
import type { ContainerTally } from "./log-tally.ts";
import { isSteady, patienceMs, type Rhythm } from "./rhythm.ts";

/** Others must have written within this time, or the way of the lines is what has stopped. */
const aliveMs = 20_000;
/** A rate of lines or requests below this share of what it was is a load that has dropped. */
const droppedShare = 0.5;
/** Silence that begins within this time of another has the same reason. */
const togetherMs = 30_000;
/** A workload that wrote so many lines in that time does not fall silent by chance. */
const busyMs = 120_000;
const busyLines = 8;

interface Stop {
  readonly kind: number;
  readonly rhythm: Rhythm;
  /** The container writes nothing else either. */
  readonly silent: boolean;
}

function stopsOf(container: ContainerTally, now: number, learnMs: number): Stop[] {
  const stops: Stop[] = [];
  container.rhythms.each((kind, rhythm) => {
    const quietFor = now - rhythm.lastAt;
    if (quietFor < patienceMs(rhythm) || !isSteady(rhythm) || rhythm.lastAt - rhythm.firstAt < learnMs) return;
    const silent = container.lastAt <= rhythm.lastAt + rhythm.meanMs;
    // That a container is silent altogether may lie in between; it has to last twice as long.
    if (!silent || quietFor >= 2 * patienceMs(rhythm)) stops.push({ kind, rhythm, silent });
  });
  return stops;
}

/** What the workload is asked to do has fallen as well, in its other lines or in its requests. */
function demandFell(container: ContainerTally, { rhythm, silent }: Stop, context: DetectContext): boolean {
  const { namespace = "", name } = container.workload;
  const requests = context.observation.series.get("requests_per_second", { namespace, workload: name });
  if (requests && requests.length > 0) {
    let before = 0;
    let points = 0;
    for (let i = 0; i < requests.length; i++) {
      if (requests.timeAt(i) > rhythm.lastAt) break;
      before += requests.valueAt(i);
      points++;
    }
    if (points > 0 && requests.last < (droppedShare * before) / points) return true;
  }
  if (silent) return false;
  for (const tally of context.logs.workloads()) {
    if (refKey(tally.workload) !== refKey(container.workload)) continue;
    const span = context.now - rhythm.lastAt;
    const after = tally.linesSince(rhythm.lastAt);
    const before = tally.linesSince(rhythm.lastAt - span) - after - span / rhythm.meanMs;
    return after < droppedShare * before;
  }
  return false;
}

/** Another workload that wrote all the time fell silent with it: the way of their lines is what has stopped. */
function othersFellSilent(container: ContainerTally, { rhythm }: Stop, { logs, now }: DetectContext): boolean {
  const stoppedAt = container.lastAt;
  const quiet = new Map<string, boolean>();
  for (const other of logs.containers()) {
    const key = refKey(other.workload);
    const together = Math.abs(other.lastAt - stoppedAt) < togetherMs && now - other.lastAt > patienceMs(rhythm);
    quiet.set(key, (quiet.get(key) ?? true) && together);
  }
  quiet.delete(refKey(container.workload));
  for (const tally of logs.workloads()) {
    if (!quiet.get(refKey(tally.workload))) continue;
    if (tally.linesSince(stoppedAt - busyMs) - tally.linesSince(stoppedAt) >= busyLines) return true;
  }
  return false;
}

/**
 * A message that came as regularly as a clock, and has stopped while its pod still runs: a scheduler, a consumer or a
 * heartbeat that hangs. Source: rhythm of each kind of line of each container. Not a fault: pods that went, were restarted
 * or never wrote it (rollouts, scaling, completed jobs), lines about requests, a load that dropped, lines that come by
 * chance or once a day, logs that do not arrive.
 */
export const stoppedTemplate = (): Detector => {
  // Whether the load had dropped can be told when it stops, not for ever after.
  const verdicts = new WeakMap<Rhythm, { readonly lastAt: number; readonly fault: boolean }>();

  function isFault(container: ContainerTally, stop: Stop, context: DetectContext): boolean {
    const known = verdicts.get(stop.rhythm);
    if (known?.lastAt === stop.rhythm.lastAt) return known.fault;
    const fault = !demandFell(container, stop, context) && !(stop.silent && othersFellSilent(container, stop, context));
    verdicts.set(stop.rhythm, { lastAt: stop.rhythm.lastAt, fault });
    return fault;
  }

  return {
    name: "log-stopped-template",
    family: "log",
    nature: "symptom",
    corroborates: true,
    *detect(context: DetectContext): Iterable<Finding> {
      const { now, logs, learnMs } = context;
      const found: { readonly container: ContainerTally; readonly stop: Stop; readonly text: string }[] = [];
      let alive = 0;
      for (const container of logs.containers()) {
        if (now - container.lastAt < aliveMs) alive++;
        if (runsToItsEnd(container.workload)) continue;
        for (const stop of stopsOf(container, now, learnMs)) {
          const text = logs.kindText(stop.kind);
          if (text === undefined) container.rhythms.forget(stop.kind);
          else found.push({ container, stop, text });
        }
      }
      const silentOnes = new Set(
        found.filter(({ stop }) => stop.silent).map(({ container }) => refKey(container.workload)),
      );
      // Several workloads that fall silent at once, or nobody who still writes: the lines do not get here.
      const blind = silentOnes.size > 1 || alive === 0;
      const told = new Set<string>();
      for (const { container, stop, text } of found) {
        if (stop.silent && blind) continue;
        const { workload, namespace, pod } = container;
        const { rhythm } = stop;
        const writer = context.podsOf(workload).find(({ metadata }) => metadata.name === pod);
        if (!writer || !isSettled(writer, container.container, rhythm.firstAt + 1_000)) continue;
        if (told.has(refKey(workload)) || !isFault(container, stop, context)) continue;
        told.add(refKey(workload));
        const everyS = Math.round(rhythm.meanMs / 1_000);
        yield {
          reason: "stopped-template",
          target: workload,
          seenOn: makeRef("Pod", namespace, pod),
          severity: "medium",
          score: Math.min(0.99, 1 - rhythm.meanMs / (now - rhythm.lastAt)),
          headline: `has stopped writing a line that came every ${everyS} s: ${short(text, 80)}`,
          summary: `${pod} runs, but has not written "${short(text, 160)}" for ${Math.round((now - rhythm.lastAt) / 1_000)} s; it came every ${everyS} s, ${rhythm.beats} times, with no pause longer than ${Math.round(rhythm.longestMs / 1_000)} s`,
          startsAt: rhythm.lastAt + rhythm.meanMs,
          value: (now - rhythm.lastAt) / 1_000,
          expected: rhythm.meanMs / 1_000,
          unit: "s",
        };
      }
    },
  };
};
