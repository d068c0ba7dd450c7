import { actionTitle } from "../../incident/action-title.ts";
import { summaryWithoutAdvice } from "../../incident/advice-text.ts";
import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/cause-text.ts";
import type { VerificationVerdict } from "../../incident/execution.ts";
import { refText } from "../../incident/object-ref.ts";
import { ruledOutGroups } from "../../incident/ruled-out-groups.ts";
import { matcherText } from "../../incident/silence.ts";
import type { StoredPlan } from "../../incident/stored-plan.ts";
import { evidenceByUse } from "../evidence-by-use.ts";
import { fixGroups } from "../fix-groups.ts";
import { impactOf } from "../impact.ts";
import { pageName, runbookPages } from "../runbook-pages.ts";
import { confidenceWords, duration, percent, statusWords, upperFirst } from "../words.ts";

const verdictWords: Readonly<Record<VerificationVerdict, string>> = {
  recovered: "it helped",
  "not-recovered": "the symptoms did not clear",
  worse: "things got worse",
  unknown: "recovery could not be confirmed",
};

/** What became of a plan, in one line. */
function planWords({ plan, approvals, verification, reason, executions }: StoredPlan): string {
  const who = approvals.map((vote) => vote.by.name).join(", ");
  switch (plan.state) {
    case "proposed":
      return approvals.length > 0
        ? `${approvals.length} of ${plan.approvalsNeeded} approvals (${who})`
        : `waits for ${plan.approvalsNeeded === 1 ? "an approval" : `${plan.approvalsNeeded} approvals`}`;
    case "approved":
    case "executing":
      return `approved by ${who}; being applied`;
    case "applied":
      return verification
        ? `applied, and ${verdictWords[verification.verdict]}: ${verification.reason}`
        : "applied; watching whether the symptoms clear";
    case "undone":
      return `undone${verification ? `: ${verification.reason}` : ""}`;
    case "failed":
      return `not applied: ${reason ?? executions.at(-1)?.detail ?? "see the executions"}`;
    case "rejected":
      return `rejected${reason ? `: ${reason}` : ""}`;
    case "expired":
      return "expired before anyone decided";
    case "superseded":
      return "a newer plan took its place";
  }
}

/** A moment as HTML: UTC for everybody, in the reader's own time once the script has run. Numbers only, nothing to escape. */
function timeHtml(ms: number, style: "full" | "clock" = "full"): string {
  const iso = new Date(ms).toISOString();
  const shown = style === "clock" ? iso.slice(11, 19) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  return `<time datetime="${iso}" data-style="${style}">${shown} UTC</time>`;
}

export type DiffLine = { readonly kind: "add" | "del" | "same"; readonly text: string };

function diffLines(diff: string): readonly DiffLine[] {
  return diff.split("\n").map((text) => ({
    kind: /^\+(?!\+\+ )/.test(text) ? "add" : /^-(?!-- )/.test(text) ? "del" : "same",
    text,
  }));
}

const count = (value: number) => value.toLocaleString("en-US");

/** What templates may call. */
export const words = {
  actionTitle,
  summaryWithoutAdvice,
  causeText,
  causeTitles,
  refText,
  matcherText,
  confidenceWords,
  duration,
  percent,
  statusWords,
  verdictWords,
  planWords,
  upperFirst,
  diffLines,
  byUse: evidenceByUse,
  fixGroups,
  impactOf,
  ruledOutGroups,
  count,
  runbookPages,
  pageName,
  time: timeHtml,
};
