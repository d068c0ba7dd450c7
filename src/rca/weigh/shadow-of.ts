import { refKey, sameRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { explainsEach, explainsTarget } from "./explains.ts";
import { suffersElse } from "./suffers-else.ts";

/** Is it seen exactly, together with the change that made it? */
const isExact = ({ change, specificity }: Candidate): boolean => change !== undefined && specificity >= 0.9;

/** True when another candidate makes this one unnecessary: it sees the same thing more exactly, or lies below it in the topology. */
function overshadows(open: Case, strong: Candidate, weak: Candidate): boolean {
  if (strong === weak || strong.specificity < 0.75) return false;
  const gap = strong.specificity - weak.specificity;
  const shared = weak.hits.some((hit) => strong.hits.some((other) => sameRef(other, hit)));
  if (shared) return gap >= 0.03;
  const callers = new Set(strong.hits.flatMap((hit) => open.topology.dependentsOf(hit)).map(refKey));
  // A caller may have its own trouble at the same time; what it sees exactly, with its own change, stands.
  return (
    weak.hits.every((hit) => callers.has(refKey(hit)) && !suffersElse(open, hit, strong)) &&
    gap >= -0.05 &&
    !isExact(weak)
  );
}

/**
 * Real, but not what this incident is about: nothing that it hits has a symptom here of its own making, the little it explains is callers that it
 * shares with a candidate that explains nearly all, or at least more, and what the incident is named after.
 */
function isAnothersIncident(
  open: Case,
  strong: Candidate,
  weak: Candidate,
  explains: ReadonlyMap<Candidate, number>,
): boolean {
  if (strong === weak || strong.specificity < 0.5) return false;
  const ofItsHits = weak.hits.flatMap((hit) => open.anomaliesOf(hit));
  // A release may bring any symptom, so it yields to who explains them; what names its mechanism does not.
  const stands = isExact(weak) && weak.cause !== "bad-release";
  if (stands ? ofItsHits.length > 0 : !explainsEach(open, strong, ofItsHits)) return false;
  const more = (explains.get(strong) ?? 0) - (explains.get(weak) ?? 0);
  return (
    (more >= 0.6 && strong.specificity >= 0.6) ||
    (more >= 0.2 && explainsTarget(open, strong) - explainsTarget(open, weak) >= 0.4)
  );
}

/**
 * The most specific candidate that makes this one unnecessary; undefined when none does.
 * @param explains the share of the incident that each of `all` explains, 0..1
 */
export function shadowOf(
  open: Case,
  item: Candidate,
  all: readonly Candidate[],
  explains: ReadonlyMap<Candidate, number>,
): Candidate | undefined {
  return all
    .filter((other) => overshadows(open, other, item) || isAnothersIncident(open, other, item, explains))
    .sort((a, b) => b.specificity - a.specificity)[0];
}
