import type { AnomalyFamily } from "../../incident/anomaly.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import type { Detector, Finding } from "../detector.ts";
import { familiesFedBy } from "./blind-families.ts";

/** Its name, as silences have it. */
export const blindDetector = "source-silence";

/** What is known about the sources of signals. */
export interface SourceWatch {
  /** A source said that it stopped or started delivering. */
  report(source: string, ok: boolean, detail: string, at: number): void;
  /** Samples arrived. */
  sampled(at: number): void;
  /** A source waits for the answers of a round of questions, or has them. */
  asking(source: string, underWay: boolean): void;
  /** It has said that it delivers, and nothing else since. */
  delivers(source: string): boolean;
  /** Nothing can be said about this family now: silence of its detectors proves nothing. */
  blind(family: AnomalyFamily, now: number): boolean;
  /** Since when (ms) a source of this family has said that it does not deliver; undefined while all do. */
  lostSightAt(family: AnomalyFamily): number | undefined;
  readonly detector: Detector;
}

/** Samples older than this are stale; promise D6 asks for an incident within two minutes. */
const staleMs = 100_000;
/** A source may be restarted or reconnect for this long before it is news. */
const patienceMs = 30_000;
const maxSources = 100;
/** A tick that comes later than this was late itself: nobody looked, so nobody can say that nothing came (ms). */
const longestStepMs = 30_000;
/**
 * Answers may be waited for this long in real time, whatever the clock of the cluster shows: every request has its own real
 * timeout, and what fails then is told by the source. Matters where that clock runs fast.
 */
const longestRoundMs = 45_000;

/**
 * Monitoring that does not arrive. Source: what the collectors say about themselves, and samples that stop coming after
 * they once came. Not a fault: a reconnection of seconds; a cluster without metrics from the start.
 */
export function createSourceWatch(realMs: () => number = () => performance.now()): SourceWatch {
  const down = new Map<string, { readonly since: number; readonly detail: string }>();
  const well = new Set<string>();
  const rounds = new Map<string, number>();
  let lastSamples = Number.NaN;
  /** For how long somebody looked and nothing came. */
  let silentMs = 0;
  let lookedAt = Number.NaN;

  const stale = (now: number) => now - lastSamples > staleMs;
  const waits = () => [...rounds.values()].some((since) => realMs() - since < longestRoundMs);
  const look = (now: number) => {
    silentMs += Math.min(longestStepMs, Math.max(0, now - Math.max(lookedAt, lastSamples) || 0));
    lookedAt = now;
  };

  const lostSightAt = (family: AnomalyFamily): number | undefined => {
    let earliest: number | undefined;
    for (const [source, { since }] of down)
      if (familiesFedBy(source).includes(family)) earliest = Math.min(earliest ?? since, since);
    return earliest;
  };

  return {
    report(source, ok, detail, at) {
      if (ok) {
        down.delete(source);
        if (well.size < maxSources) well.add(source);
        return;
      }
      well.delete(source);
      if (!down.has(source) && down.size < maxSources) down.set(source, { since: at, detail });
    },
    delivers: (source) => well.has(source),
    sampled(at) {
      lastSamples = Number.isNaN(lastSamples) ? at : Math.max(lastSamples, at);
      silentMs = 0;
    },
    asking(source, underWay) {
      if (!underWay) rounds.delete(source);
      else if (rounds.size < maxSources) rounds.set(source, realMs());
    },
    blind(family, now) {
      if ((family === "metric" || family === "prediction") && stale(now)) return true;
      return lostSightAt(family) !== undefined;
    },
    lostSightAt,
    detector: {
      name: blindDetector,
      family: "blind",
      nature: "fault",
      *detect({ now }): Iterable<Finding> {
        look(now);
        for (const [source, { since, detail }] of down) {
          if (now - since < patienceMs) continue;
          yield {
            reason: "source-silent",
            target: makeRef("Entity", undefined, source),
            severity: "high",
            headline: "does not deliver: monitoring is blind",
            summary: `${source} has not delivered since ${utcTime(since)}${detail ? `: ${detail}` : ""}. Nothing is resolved meanwhile.`,
            startsAt: since,
          };
        }
        if (
          stale(now) &&
          silentMs > staleMs &&
          !waits() &&
          ![...down.keys()].some((source) => familiesFedBy(source).includes("metric"))
        ) {
          yield {
            reason: "samples-stale",
            target: makeRef("Entity", undefined, "metrics"),
            severity: "high",
            headline: "have stopped: monitoring is blind",
            summary: `No metric sample has arrived since ${utcTime(lastSamples)}. Nothing is resolved meanwhile.`,
            startsAt: lastSamples,
          };
        }
      },
    },
  };
}
