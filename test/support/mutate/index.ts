import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import { late, lateEvents, nodeClock, skewed, toldTwice } from "./arrival.ts";
import { allOf } from "./compose.ts";
import {
  cutLines,
  halfOfLines,
  halfOfPodsMute,
  lostScrapes,
  samplesPause,
  thinned,
  withoutApplicationMetrics,
  withoutClientMetrics,
  withoutContainerMetrics,
  withoutEvents,
  withoutLogs,
  withoutMetrics,
  withoutNodes,
} from "./less.ts";
import { busyCron, chattyNeighbour, harmlessChanges, oldCrashLoop } from "./more.ts";
import type { Mutated, Mutation } from "./mutated.ts";
import { hashedPods, otelNames, otherLabels, renamed, scrapedTwice } from "./rename.ts";
import { colouredLines, goWords, javaWords, jsonLines, olderKubernetes, pythonWords } from "./words.ts";

interface KnownFault {
  readonly at: number;
  readonly culprit: string;
}

export interface NamedMutation {
  readonly id: string;
  /** Causes that nothing but what was taken away shows at all. */
  readonly blindTo?: readonly string[];
  /** Causes of which only what was taken away tells which they are: they have to be detected, as one incident. */
  readonly hides?: readonly string[];
  readonly mutate: (recording: Recording, faults: readonly KnownFault[]) => Mutated;
}

const decoyBeforeMs = 45_000;

const right = (id: string, mutate: Mutation): NamedMutation => ({ id, mutate });

/** Several of them at once, and others; what was expected of each was written down before it was measured. */
const combined: readonly NamedMutation[] = [
  right("half of the pods mute", halfOfPodsMute),
  right("every 15 s, half of the pods mute", allOf(thinned(15), halfOfPodsMute)),
  right("every 60 s, as JSON", allOf(thinned(60), jsonLines)),
  right("every 60 s, other names", allOf(thinned(60), renamed)),
  right("a third of the scrapes lost", lostScrapes),
  right("every 30 s, a third lost", allOf(thinned(30), lostScrapes)),
  right("events late by 60 s", lateEvents(60_000)),
  right("events late, calls not counted", allOf(lateEvents(60_000), withoutClientMetrics)),
  right("told twice", toldTwice(7_000)),
  right("told twice and late", allOf(toldTwice(7_000), late(10_000))),
  right("90 s without samples", samplesPause(90_000)),
  right("every 15 s, a minute without", allOf(thinned(15), samplesPause(60_000))),
  // Throttling is what the kubelet alone counts.
  { ...right("no container metrics", withoutContainerMetrics), hides: ["cpu-throttling"] },
  {
    ...right("every 30 s, no container metrics", allOf(thinned(30), withoutContainerMetrics)),
    hides: ["cpu-throttling"],
  },
  right("pods named by hashes", hashedPods),
  right("other names, hashes, words of Java", allOf(hashedPods, renamed, javaWords)),
  right("other names, half of the lines, every 15 s", allOf(renamed, halfOfLines, thinned(15))),
  right("labels, words of Go, events late", allOf(otherLabels, goWords, lateEvents(60_000))),
  right("kubelet only, other names, words of Python", allOf(withoutApplicationMetrics, renamed, pythonWords)),
  right("no nodes", withoutNodes),
  right("lines in colours", colouredLines),
  right("lines cut at 120", cutLines(120)),
  right("scraped twice", scrapedTwice),
  right("names of OpenTelemetry, every 15 s", allOf(otelNames, thinned(15))),
  right("node 90 s ahead, every 30 s, half of the lines", allOf(nodeClock(90_000), thinned(30), halfOfLines)),
  right("no events, calls not counted", allOf(withoutEvents, withoutClientMetrics)),
];

/** What else the same trouble could have looked like. */
export const mutations: readonly NamedMutation[] = [
  right("names", renamed),
  right("labels", otherLabels),
  right("every 15 s", thinned(15)),
  right("every 30 s", thinned(30)),
  right("every 60 s", thinned(60)),
  right("kubelet metrics only", withoutApplicationMetrics),
  { ...right("no metrics", withoutMetrics), blindTo: ["cpu-throttling"] },
  right("no events", withoutEvents),
  // A container that ends without a word does not say what it lacks.
  { ...right("no logs", withoutLogs), hides: ["missing-env"] },
  right("half of the lines", halfOfLines),
  // Slowness runs along calls; of calls that nobody counts and that do not fail nothing tells.
  right("calls not counted", withoutClientMetrics),
  right("late by 10 s", late(10_000)),
  right("logs 5 s ahead", skewed(5_000)),
  right("logs 5 s behind", skewed(-5_000)),
  right("logs 90 s ahead", skewed(90_000)),
  right("logs 90 s behind", skewed(-90_000)),
  right("node 90 s ahead", nodeClock(90_000)),
  right("node 90 s behind", nodeClock(-90_000)),
  right("node 20 s ahead and scraped", nodeClock(20_000, { scraped: true })),
  right("node 5 min ahead and scraped", nodeClock(300_000, { scraped: true })),
  right("node 5 min behind and scraped", nodeClock(-300_000, { scraped: true })),
  right("logs as JSON", jsonLines),
  right("words of Go", goWords),
  right("words of Java", javaWords),
  right("words of Python", pythonWords),
  right("Kubernetes 1.28", olderKubernetes),
  right("chatty neighbour", chattyNeighbour),
  right("busy cron job", busyCron),
  right("old crash loop", oldCrashLoop),
  {
    id: "harmless changes",
    mutate: (recording, faults) => {
      const [first] = faults;
      return first ? harmlessChanges(first.at - decoyBeforeMs, [first.culprit])(recording) : { recording };
    },
  },
  ...combined,
];
