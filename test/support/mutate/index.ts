import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import { late, nodeClock, skewed } from "./arrival.ts";
import {
  halfOfLines,
  thinned,
  withoutApplicationMetrics,
  withoutClientMetrics,
  withoutEvents,
  withoutLogs,
  withoutMetrics,
} from "./less.ts";
import { busyCron, chattyNeighbour, harmlessChanges, oldCrashLoop } from "./more.ts";
import type { Mutated, Mutation } from "./mutated.ts";
import { otherLabels, renamed } from "./rename.ts";
import { goWords, javaWords, jsonLines, olderKubernetes, pythonWords } from "./words.ts";

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
];
