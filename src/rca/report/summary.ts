import { isWorkloadKind } from "../../cluster/workload.ts";
import { starvingReasons } from "../../incident/anomaly.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import { adviceText } from "../../incident/fix/advice-text.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { isoTime } from "../../lib/clock.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { unexplainedBy } from "../weigh/explains.ts";
import type { Ranked } from "../weigh/rank.ts";
import { symptomOf } from "./symptom-words.ts";

const clock = (ms: number) => `${isoTime(ms).slice(11, 19)} UTC`;
const percent = (share: number) => `${Math.round(share * 100)} %`;

function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length > 5) return `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * Workloads that suffer without being the cause: those with symptoms that the culprit hits or that call, however indirectly,
 * what it hits. A workload that merely gets fewer calls because its caller fails does not suffer.
 */
export function blastRadiusOf(open: Case, best: Ranked | undefined): readonly ObjectRef[] {
  if (!best) return open.symptomatic;
  const { culprit, hits } = best.candidate;
  const reached = new Set([...hits, ...hits.flatMap((hit) => open.topology.dependentsOf(hit))].map(refKey));
  return open.symptomatic.filter((ref) => !sameRef(ref, culprit) && reached.has(refKey(ref)));
}

function withoutStop(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
}

const upperFirst = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const lowerFirst = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

const changeTold =
  /\b(was|were) (changed|removed|deleted|created|modified|lowered|closed|scaled)\b|\bbecame\b|\bwent from\b|\blost\b/;

/** When the change was, as a clause: what the statement has already told is not told again. */
function changeWords({ culprit, statement }: Candidate, { ref, action, fields, at }: Change): string {
  const when = `at ${clock(at)}`;
  const rollout = isWorkloadKind(ref.kind) && fields.some((field) => field.path.startsWith("spec.template"));
  const told = changeTold.test(statement);
  if (rollout)
    return `${told ? "it came with" : "it follows"} a rollout${sameRef(ref, culprit) ? "" : ` of ${ref.name}`} ${when}`;
  if (told) return `that happened ${when}`;
  const what = { created: "the creation", deleted: "the deletion", modified: "a change" }[action];
  return `it follows ${what} of ${ref.kind} ${ref.name} ${when}`;
}

const unique = (refs: readonly ObjectRef[]) => [...new Set(refs.map((ref) => ref.name))];

/** Who of those that a cause does not explain merely misses the requests of somebody who suffers from it, and whose. */
function starvedBy(open: Case, left: readonly ObjectRef[], suffering: readonly ObjectRef[]) {
  return left.flatMap((ref) => {
    if (!open.anomaliesOf(ref).every(({ reason }) => starvingReasons.has(reason))) return [];
    const callers = open.topology
      .dependentsOf(ref, 1)
      .filter((caller) => suffering.some((other) => sameRef(other, caller)));
    return callers.length > 0 ? [{ ref, callers }] : [];
  });
}

/** What came before, what has been seen since, and who else suffers. */
function storyOf(open: Case, candidate: Candidate, blastRadius: readonly ObjectRef[]): string {
  const { culprit, hits, change, statement } = candidate;
  const among = (refs: readonly ObjectRef[], ref: ObjectRef) => refs.some((one) => sameRef(one, ref));
  const cause = listed(unique(hits.length > 0 ? hits : [culprit]));
  // Who depends on it and has trouble of another making does not suffer "because" of it.
  const left = unexplainedBy(open, candidate);
  const explained = blastRadius.filter((ref) => !among(left, ref));
  const own = open.incident.anomalies.filter((anomaly) => sameRef(anomaly.target, culprit));
  const subject = hits[0] ?? culprit;
  const seen =
    symptomOf([...new Set([...own, ...open.anomaliesOf(subject)])], subject) ??
    symptomOf(
      open.incident.anomalies.filter(({ target }) => !among(left, target)),
      subject,
    ) ??
    symptomOf(open.incident.anomalies, subject);

  const hurt = unique(explained.filter((ref) => among(hits, ref))).filter(
    (name) => name !== seen?.name && !statement.includes(name),
  );
  const callers = unique(explained.filter((ref) => !among(hits, ref)));
  const seenOnCaller = seen !== undefined && callers.includes(seen.name) && !unique(hits).includes(seen.name);
  const others = callers.filter((name) => name !== seen?.name && !hurt.includes(name));

  const sameTime = seen && change && clock(seen.since) === clock(change.at);
  const since = seen
    ? `${seen.name} ${seen.words} since ${sameTime ? "then" : clock(seen.since)}${seenOnCaller ? `, because it depends on ${cause}` : ""}`
    : `the trouble began at ${clock(open.onset)}`;
  const parts = [change ? `${upperFirst(changeWords(candidate, change))}; ${since}.` : `${since}.`];
  if (hurt.length > 0) parts.push(`It hits ${listed(hurt)} as well.`);
  if (others.length === 1) parts.push(`${others[0]} suffers because it depends on ${cause}.`);
  else if (others.length > 1) parts.push(`${listed(others)} suffer because they depend on ${cause}.`);
  const starved = starvedBy(open, left, [culprit, ...hits, ...explained]);
  if (starved.length > 0)
    parts.push(
      `${listed(unique(starved.map(({ ref }) => ref)))} merely get${starved.length === 1 ? "s" : ""} fewer requests from ${listed(unique(starved.flatMap((one) => one.callers)))}.`,
    );
  const unexplained = left.filter((ref) => !starved.some((one) => sameRef(one.ref, ref)));
  if (unexplained.length > 0) parts.push(`This does not explain what is seen of ${listed(unique(unexplained))}.`);
  else if (blastRadius.length === 0 && starved.length === 0) parts.push("Nothing else shows symptoms.");
  return parts.join(" ");
}

/**
 * One paragraph as a colleague would write it: what is wrong, what came before, what has been seen since, whom it hurts, what
 * to do. It names everything it speaks of, so that it makes sense alone; how sure the cause is stands beside it.
 */
export function summaryOf(input: {
  readonly open: Case;
  readonly hypotheses: readonly Ranked[];
  readonly blastRadius: readonly ObjectRef[];
  readonly recommendations: readonly Recommendation[];
  readonly inconclusive: boolean;
  readonly questions: readonly string[];
}): string {
  const { open, hypotheses, blastRadius, recommendations, inconclusive, questions } = input;
  const [best, second] = hypotheses;
  const first = recommendations[0];
  const parts: string[] = [];
  if (!best || best.candidate.cause === "unknown") {
    const names = [...new Set(open.symptomatic.map((ref) => ref.name))];
    const who = listed(names.length > 0 ? names : [open.incident.target.name]);
    const where = open.incident.target.namespace ? ` in ${open.incident.target.namespace}` : "";
    parts.push(
      `${who}${where} ${names.length > 1 ? "have" : "has"} been in trouble since ${clock(open.onset)}, and nothing in the data says why.`,
    );
  } else {
    const { candidate, probability } = best;
    const { namespace } = candidate.culprit;
    const statement = withoutStop(candidate.statement).replaceAll(".; ", "; ");
    const where = namespace ? `In ${namespace}, ${statement}` : upperFirst(statement);
    parts.push(
      inconclusive
        ? `The evidence does not decide. Most likely (${percent(probability)}): ${lowerFirst(where)}.`
        : `${where}.`,
    );
    // A source that is silent is all there is to tell; nobody suffers from it, and it has said since when.
    if (candidate.cause !== "monitoring-blind") parts.push(storyOf(open, candidate, blastRadius));
    if (inconclusive && second)
      parts.push(
        `As possible (${percent(second.probability)}): ${causeText(second.candidate.cause, second.candidate.culprit)}.`,
      );
  }
  if (open.earlier !== undefined)
    parts.push(`What the incident began with at ${clock(open.earlier)} is over; this is another trouble.`);
  if (first) parts.push(adviceText(first, recommendations));
  if (inconclusive && questions.length > 0) parts.push(`What would decide it: ${questions.join(" ")}`);
  return parts.join(" ");
}
