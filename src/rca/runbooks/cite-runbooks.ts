import { causeTitles } from "../../incident/cause.ts";
import { untilToken } from "../../lib/until-token.ts";
import type { Case } from "../case/case.ts";
import { isFresh } from "../gather/logs.ts";
import type { Ranked } from "../weigh/rank.ts";
import { rankRunbooks } from "./rank-runbooks.ts";
import type { Runbooks } from "./read-runbooks.ts";
import { wordsOf } from "./words.ts";

const maxChars = 900;
const maxLogWords = 60;

/** Quotes the sections of the owner's runbooks that fit the first cause best. @returns their evidence ids, best first */
export function citeRunbooks(open: Case, best: Ranked | undefined, runbooks: Runbooks): readonly string[] {
  if (!best || runbooks.sections.length === 0) return [];
  const { cause, culprit, statement } = best.candidate;
  const logs = open.symptomatic
    .slice(0, 4)
    .flatMap((workload) =>
      open
        .logsOf(workload)
        .filter((fact) => isFresh(fact, open.window))
        .slice(0, 2),
    )
    .flatMap((fact) => wordsOf(fact.example))
    .filter((word) => !/\d/.test(word))
    .slice(0, maxLogWords);
  const object = open.observation.objects.find(culprit)?.object;
  const ranked = rankRunbooks(runbooks.sections, {
    cause,
    workloads: [culprit.name, ...open.symptomatic.map((ref) => ref.name)],
    labels: object?.metadata.labels ?? {},
    words: [
      ...wordsOf(`${cause} ${causeTitles[cause]} ${culprit.kind} ${culprit.name} ${statement}`),
      ...open.incident.anomalies.slice(0, 12).flatMap((anomaly) => wordsOf(anomaly.reason)),
      ...logs,
    ],
  });
  return ranked.flatMap(({ section }) =>
    open.cite({
      source: "runbook",
      about: culprit,
      query: `runbook ${section.file}, "${section.heading}"`,
      text: `${section.title}${section.heading === section.title ? "" : ` / ${section.heading}`} (${section.file}): ${section.text.length > maxChars ? `${untilToken(section.text, maxChars)} …` : section.text}`,
      at: open.now,
    }),
  );
}
