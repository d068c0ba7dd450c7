import { namedClients } from "../../cluster/named-clients.ts";
import { makeRef, uniqueRefs } from "../../incident/object-ref.ts";
import { defineDetector, type Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { lasts, patienceMs, quietMs } from "./lasting-kind.ts";
import { type MessageKind, surgeGapMs } from "./message-kinds.ts";

/** Seen first within this time, a template is news; after it, it is known trouble. */
const newsMs = 60 * 60_000;
/** What has come back more often than this since then is part of life. */
const maxRuns = 3;
/** Without another line for this long it may be over; errors that come twice a minute are not. */
const fadingMs = 20_000;
/** What a workload says in the first minutes of the watch is what it always says; severe lines need no more learning. */
const minLearnMs = 60_000;

/** No more than these before a pause are what an earlier trouble left. */
const maxStray = 5;
/** Lines that come this much denser than the pause before them belong to something else than those before it. */
const denserTimes = 10;

/**
 * When what is seen now began: with the run, unless it is a stray line or two and a pause that the surge after them would never
 * make, or was told before and over. Else the leftover of one trouble dates the next one back to it.
 */
function beganAt({ runAt, count, surgeAt, surgeCount, lastAt, backAt }: MessageKind): number {
  if (count - surgeCount <= maxStray) return Math.max(surgeAt, backAt);
  const isDenser = surgeCount >= 5 && (lastAt - surgeAt) / (surgeCount - 1) < surgeGapMs / denserTimes;
  return Math.max(isDenser ? surgeAt : runAt, backAt);
}

/**
 * Errors, fatal lines and refusals that a workload never wrote before. Source: severity and template of its log lines. One
 * anomaly a workload, quoting the kind that began first. Not a fault: a line that comes once, kinds that were there when
 * the watch began, warnings without a failure in them.
 */
export const newError = defineDetector({
  name: "log-new-error",
  family: "log",
  nature: "symptom",
  *detect({ logs, now, watchingSince, learnMs, topology }): Iterable<Finding> {
    const knownUntil = watchingSince + Math.min(learnMs, Math.max(minLearnMs, learnMs / 3));
    for (const tally of logs.workloads()) {
      const fresh = tally
        .templatesSince(now - quietMs)
        .filter(
          (template) =>
            template.firstAt > knownUntil &&
            (now - template.firstAt < newsMs || template.runs <= maxRuns) &&
            lasts(template) &&
            now - template.lastAt < patienceMs(template),
        )
        .sort((a, b) => beganAt(a) - beganAt(b));
      const [first] = fresh;
      if (!first) continue;
      const lines = fresh.reduce((sum, { count }) => sum + count, 0);
      const clients = fresh.flatMap(({ example }) => namedClients(example, tally.workload, topology));
      yield {
        reason: "never-seen-template",
        target: tally.workload,
        seenOn: makeRef("Pod", tally.namespace, first.pod),
        severity: first.fatal ? "high" : "medium",
        score: Math.min(0.99, 1 - 1 / (1 + lines)),
        headline: `logs errors never seen before: ${short(first.example, 80)}`,
        summary: `${tally.workload.name} has written ${lines} lines of ${fresh.length === 1 ? "a kind" : `${fresh.length} kinds`} never seen before, first: ${short(first.example, 200)}`,
        startsAt: beganAt(first),
        fading: fresh.every(({ lastAt }) => now - lastAt > fadingMs),
        ...(clients.length > 0 ? { related: uniqueRefs(clients) } : {}),
        value: lines,
        expected: 0,
        unit: "lines",
      };
    }
  },
});
