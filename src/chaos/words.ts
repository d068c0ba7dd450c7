import { z } from "zod";
import { experimentSchema } from "./experiment.ts";
import type { RunResult } from "./result.ts";
import type { Score } from "./score.ts";
import { timeSpanText } from "./time-span.ts";

const kept = z.looseObject({
  verdict: z.string(),
  reason: z.string(),
  clean: z.boolean(),
  score: z.unknown().optional(),
});

/** A result as the database gives it back; undefined when it is none. */
export function readResult(stored: unknown): RunResult | undefined {
  const parsed = kept.safeParse(stored);
  return parsed.success ? (stored as RunResult) : undefined;
}

const phaseTexts: Readonly<Record<string, string>> = {
  requested: "waits to be taken up",
  planning: "is being planned",
  injecting: "the fault is in",
  restoring: "is being put back",
  settling: "everything is put back; waiting for the steady state",
  refused: "refused",
};

const yesNo = (value: boolean | undefined) => (value === undefined ? "not asked" : value ? "right" : "wrong");

/** "found after 42 s, cause right, culprit right, fix right, 1 false merged". */
export function scoreText(score: Score): string {
  if (score.due === false && !score.detected) return "no incident, as it should be";
  if (score.due === false) {
    const which = score.incidentId === undefined ? "an incident" : `incident ${score.incidentId}`;
    return [`${which}, although none was due`, ...oddText(score)].join(", ");
  }
  const found = !score.detected
    ? "not found"
    : score.detectedAfterMs === undefined
      ? "found"
      : `found after ${timeSpanText(score.detectedAfterMs)}`;
  const parts = [
    found,
    ...(score.detected
      ? [
          `cause ${yesNo(score.rightCause)}${score.cause && !score.rightCause ? ` (${score.cause})` : ""}`,
          `culprit ${yesNo(score.rightCulprit)}`,
          `fix ${yesNo(score.rightFix)}`,
          ...(score.fixWorked === undefined ? [] : [score.fixWorked ? "the fix worked" : "the fix did not work"]),
        ]
      : []),
    ...oddText(score),
  ];
  return parts.join(", ");
}

const oddText = ({ falseMerges, split, foreign }: Score): readonly string[] => [
  ...(falseMerges.length > 0 ? [`${falseMerges.length} false merged`] : []),
  ...(split.length > 0 ? [`${split.length} more than one incident`] : []),
  ...(foreign.length > 0 ? [`${foreign.length} that do not belong`] : []),
];

/** An incident was due and none came, and no probe noticed anything either: a limit that is high enough, a page that exists. */
const unfelt = ({ score, probes, changes }: RunResult): boolean =>
  score !== undefined &&
  score.due !== false &&
  !score.detected &&
  changes.every(({ restored }) => restored !== "not-made") &&
  probes.during.length > 0 &&
  probes.during.every(({ failed }) => failed === 0);

/** One line about how a run stands or what it came to. */
export function shortResult(phase: string, stored: unknown, note: string | null): string {
  const result = readResult(stored);
  if (!result) return `${phaseTexts[phase] ?? phase}${note ? `: ${note}` : ""}`;
  const words = {
    held: "hypothesis held",
    broken: "hypothesis broken",
    "not-tested": "not tested",
    aborted: "aborted",
  } as const;
  return [
    `${words[result.verdict]} (${result.reason})`,
    ...(result.score ? [`kubemend: ${scoreText(result.score)}`] : []),
    ...(unfelt(result) ? ["no probe failed either while the fault was there: was there one?"] : []),
    ...(result.clean
      ? []
      : [note?.startsWith("put back") ? note : "NOT everything is put back: kubemend chaos restore"]),
  ].join("; ");
}

/** What a stored experiment set out to show; undefined when it is none. */
export function hypothesisOf(stored: unknown): string | undefined {
  return experimentSchema.safeParse(stored).data?.hypothesis;
}

/** Namespaces and methods of a stored experiment, for a table. */
export function targetOfExperiment(stored: unknown): string {
  const { data } = experimentSchema.safeParse(stored);
  if (!data) return "";
  return `${data.blastRadius.namespaces.join(", ")}: ${[...new Set(data.method.map(({ method }) => method))].join(", ")}`;
}
