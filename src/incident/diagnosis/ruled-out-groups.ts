import { type CauseCode, causeTitles } from "../cause.ts";
import { refText } from "../object-ref.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** `A, B and C`. */
const listed = new Intl.ListFormat("en-GB");

/**
 * Causes that were ruled out for one reason stand together, so that the reason is told once, and so does a cause of several
 * culprits: `memory leak (Deployment shop/carts and Deployment shop/orders)`.
 */
export function ruledOutGroups(
  ruledOut: Diagnosis["ruledOut"],
): readonly { readonly causes: readonly string[]; readonly reason: string }[] {
  const groups = new Map<string, Map<CauseCode, Set<string>>>();
  for (const { cause, culprit, reason } of ruledOut) {
    const group = groups.get(reason) ?? new Map<CauseCode, Set<string>>();
    groups.set(reason, group.set(cause, (group.get(cause) ?? new Set()).add(refText(culprit))));
  }
  return [...groups].map(([reason, group]) => ({
    causes: [...group].map(([cause, culprits]) => `${causeTitles[cause]} (${listed.format(culprits)})`),
    reason,
  }));
}
