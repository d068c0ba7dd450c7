import { isUnaccounted } from "../../cluster/unaccounted.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";

// Asked for every anomaly and every pair of candidates; the counters need to be read once.
const known = new WeakMap<Candidate, Map<string, boolean>>();

/** A caller of what the candidate hits suffers from something else, by its own counters: its calls there do not account for it. */
export function suffersElse(open: Case, caller: ObjectRef, item: Candidate): boolean {
  const answers = known.get(item) ?? new Map<string, boolean>();
  known.set(item, answers);
  const key = refKey(caller);
  const found =
    answers.get(key) ?? open.anomaliesOf(caller).some((anomaly) => isUnaccounted(anomaly, caller, item.hits, open));
  answers.set(key, found);
  return found;
}
