import { causeTitles } from "../cause.ts";
import { refText } from "../object-ref.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** `A, B and C`. */
const listed = new Intl.ListFormat("en-GB");

/**
 * Causes that were ruled out for one reason stand together, so that the reason is told once. So does a cause of several culprits,
 * and a culprit of several causes: `memory leak (Deployment shop/carts and Deployment shop/orders)`.
 */
export function ruledOutGroups(
  ruledOut: Diagnosis["ruledOut"],
): readonly { readonly causes: readonly string[]; readonly reason: string }[] {
  return [...Map.groupBy(ruledOut, ({ reason }) => reason)].map(([reason, group]) => {
    const culpritsOf = Map.groupBy(group, ({ cause }) => cause);
    const causesOf = Map.groupBy(culpritsOf, ([, rows]) =>
      listed.format(new Set(rows.map(({ culprit }) => refText(culprit)))),
    );
    const causes = [...causesOf].map(
      ([culprits, rows]) => `${listed.format(rows.map(([cause]) => causeTitles[cause]))} (${culprits})`,
    );
    return { causes, reason };
  });
}
