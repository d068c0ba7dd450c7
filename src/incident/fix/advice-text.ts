import type { ActionCode } from "../action-code.ts";
import { refText } from "../object-ref.ts";
import { actionTitle } from "./action-title.ts";
import { isLikeliest } from "./place-in-order.ts";
import type { Recommendation } from "./recommendation.ts";

/** Actions that no button can carry out; their reasons are sentences, the others' say what the action does. */
const byHand: ReadonlySet<ActionCode> = new Set(["guide", "restore-secret", "none"]);
const sureEnough = 0.5;

const withoutStop = (text: string) => text.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
const lowerFirst = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/**
 * What the summary of a diagnosis says last: the first fix as a sentence. Where the fixes stand below it, it would be told twice.
 * @param all the fixes in their order: what stands before a likelier one is not the surest way out
 */
export function adviceText(one: Recommendation, all: readonly Recommendation[] = []): string {
  const { action, target, reason, needs, confidence } = one;
  if (byHand.has(action)) return `A person has to act on ${refText(target)}: ${withoutStop(reason)}.`;
  const title = lowerFirst(actionTitle(action, target));
  const what = /^goes back to /.test(reason)
    ? `${title} ${withoutStop(reason).replace(/^goes back /, "")}`
    : `${title}, which ${withoutStop(reason)}`;
  const given =
    needs.length > 0
      ? ` Only a person knows what it needs for that: ${needs.map((need) => need.name).join(" and ")}.`
      : "";
  const opening = !isLikeliest(one, all)
    ? "The gentlest step is to"
    : confidence >= sureEnough
      ? "The surest way out is to"
      : "What may help is to";
  return `${opening} ${what}.${given}`;
}

/** How advice that a button can follow begins; it is always said last. */
const adviceBegins = /\s(?:The surest way out is to|What may help is to|The gentlest step is to) .*$/s;

/** The summary for where the fixes are shown beside it: those on offer, or one that was begun in place of all others. */
export function summaryWithoutAdvice(summary: string, offered: readonly Recommendation[]): string {
  for (const one of offered) {
    const advice = [adviceText(one), adviceText(one, offered)].find((text) => summary.includes(text));
    // Steps for a person stand below as well, with the reason.
    if (advice && (one.action === "guide" || !byHand.has(one.action)))
      return summary.replace(advice, "").replace(/ {2,}/g, " ").trim();
  }
  return offered.some((one) => !byHand.has(one.action)) ? summary.replace(adviceBegins, "") : summary;
}
