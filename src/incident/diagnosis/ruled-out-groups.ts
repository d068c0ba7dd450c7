import { causeText } from "./cause-text.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** Causes that were ruled out for one reason stand together, so that the reason is told once. */
export function ruledOutGroups(
  ruledOut: Diagnosis["ruledOut"],
): readonly { readonly causes: readonly string[]; readonly reason: string }[] {
  const groups = new Map<string, string[]>();
  for (const { cause, culprit, reason } of ruledOut) {
    const text = causeText(cause, culprit);
    const group = groups.get(reason);
    if (!group) groups.set(reason, [text]);
    else if (!group.includes(text)) group.push(text);
  }
  return [...groups].map(([reason, causes]) => ({ causes, reason }));
}
