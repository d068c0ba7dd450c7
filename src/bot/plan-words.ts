import type { PlanState } from "../incident/fix/action-plan.ts";
import { partlyApplied } from "../incident/fix/execution.ts";
import { isHalfApplied, mayBeUndone } from "../incident/fix/half-applied.ts";
import type { StoredPlan } from "../incident/fix/stored-plan.ts";
import { verdictWords } from "../incident/fix/verdict-words.ts";
import type { IncidentView } from "./incident-view.ts";
import { upperFirst } from "./words.ts";

/** How a surface writes what stands in a sentence: moments, and words that are other people's. */
export interface Say {
  /** Of today. */
  readonly time: (ms: number) => string;
  /** Of any day. */
  readonly moment: (ms: number) => string;
  /** Escaped for the surface and cut at `limit`. */
  readonly text: (text: string, limit: number) => string;
}

/** What kind of news it is, for a sign before it. */
export type PlanMark = "vote" | "under-way" | "helped" | "trouble" | "undone" | "not-applied" | "rejected" | "expired";

export interface PlanNews {
  readonly mark: PlanMark;
  readonly text: string;
}

/** That changes are frozen, by whom, since when and why: one wants to ask that person first. */
export function freezeWords({ frozenBy }: Pick<IncidentView, "frozenBy">, say: Pick<Say, "moment" | "text">): string {
  if (!frozenBy) return "Changes are frozen";
  const { name, at, reason } = frozenBy;
  const why = reason === undefined ? "" : ` (“${say.text(reason, 200)}”)`;
  return `${say.text(name, 80)} froze changes ${say.moment(at)}${why}`;
}

/** `Approved by Ada, applied 9:31`; the beginning of everything that happens after an approval. */
function begun(stored: StoredPlan, say: Say): string {
  const { appliedAt, executions } = stored;
  const who = approvers(stored, say);
  const last = executions.findLast(({ kind }) => kind === "apply");
  const at = appliedAt ?? last?.finishedAt;
  const word = appliedAt === null && last?.detail.startsWith(partlyApplied) ? "applied in part" : "applied";
  const applied = at === undefined ? word : `${word} ${say.moment(at)}`;
  return who ? `Approved by ${who}, ${applied}` : `${applied.slice(0, 1).toUpperCase()}${applied.slice(1)}`;
}

/** The last attempt to undo a change that is still in place; undefined when nobody has tried, or it is under way. */
export function failedUndo(stored: StoredPlan): StoredPlan["executions"][number] | undefined {
  const last = stored.executions.at(-1);
  return (stored.plan.state === "applied" || isHalfApplied(stored)) &&
    last?.kind === "undo" &&
    last.outcome !== "running"
    ? last
    : undefined;
}

function approvers({ approvals }: StoredPlan, say: Say): string {
  return approvals.map((vote) => say.text(vote.by.name, 80)).join(", ");
}

function voteNews(stored: StoredPlan, say: Say): PlanNews | undefined {
  const { approvals, plan } = stored;
  if (approvals.length === 0) return undefined;
  return { mark: "vote", text: `${approvals.length} of ${plan.approvalsNeeded} approvals (${approvers(stored, say)})` };
}

function underWayNews(stored: StoredPlan, say: Say): PlanNews {
  if (stored.executions.at(-1)?.kind === "undo")
    return { mark: "under-way", text: `${begun(stored, say)}; being undone` };
  const who = approvers(stored, say);
  return { mark: "under-way", text: `Approved${who ? ` by ${who}` : ""}; being applied` };
}

function appliedNews(stored: StoredPlan, say: Say): PlanNews {
  const { plan, verification, appliedAt } = stored;
  const failed = failedUndo(stored);
  if (failed) {
    const judged = verification ? ` ${upperFirst(verdictWords[verification.verdict])}.` : "";
    return {
      mark: "trouble",
      text: `${begun(stored, say)}, and still in place: undoing it was refused ${say.moment(failed.finishedAt ?? failed.startedAt)}. ${say.text(failed.detail, 300)}${judged}`,
    };
  }
  if (!verification) {
    const until = appliedAt === null ? "" : ` until ${say.time(appliedAt + plan.verifyWithinMs)} at most`;
    return { mark: "under-way", text: `${begun(stored, say)}; watched${until} whether the symptoms clear` };
  }
  const { verdict } = verification;
  const joint = verdict === "recovered" ? "and" : "but";
  return {
    mark: verdict === "recovered" ? "helped" : "trouble",
    text: `${begun(stored, say)}, ${joint} ${verdictWords[verdict]}: ${say.text(verification.reason, 300)}`,
  };
}

function undoneNews(stored: StoredPlan, say: Say): PlanNews {
  const { executions, verification } = stored;
  const at = executions.findLast(({ kind }) => kind === "undo")?.finishedAt;
  const why = verification ? `: ${verdictWords[verification.verdict]}. ${say.text(verification.reason, 300)}` : "";
  return { mark: "undone", text: `${begun(stored, say)}, undone${at === undefined ? "" : ` ${say.moment(at)}`}${why}` };
}

function failedNews(stored: StoredPlan, say: Say): PlanNews {
  const who = approvers(stored, say);
  const detail = stored.reason ?? stored.executions.at(-1)?.detail;
  if (detail?.startsWith(partlyApplied)) {
    const tried = failedUndo(stored);
    const back = tried
      ? ` Undoing it was refused ${say.moment(tried.finishedAt ?? tried.startedAt)}. ${say.text(tried.detail, 300)}`
      : mayBeUndone(stored)
        ? " Undo takes back what is still changed."
        : "";
    return { mark: "trouble", text: `${who ? `Approved by ${who}. ` : ""}${say.text(detail, 500)}${back}` };
  }
  return {
    mark: "not-applied",
    text: `${who ? `Approved by ${who}, but not applied` : "Not applied"}${detail ? `: ${say.text(detail, 300)}` : ""}`,
  };
}

function rejectedNews({ rejectedBy, decidedAt, reason }: StoredPlan, say: Say): PlanNews {
  const by = rejectedBy === undefined ? "" : ` by ${say.text(rejectedBy, 80)}`;
  const at = decidedAt === null ? "" : ` ${say.moment(decidedAt)}`;
  return { mark: "rejected", text: `Rejected${by}${at}${reason ? `: ${say.text(reason, 200)}` : ""}` };
}

const newsIn: Readonly<Record<PlanState, (stored: StoredPlan, say: Say) => PlanNews | undefined>> = {
  proposed: voteNews,
  approved: underWayNews,
  executing: underWayNews,
  applied: appliedNews,
  undone: undoneNews,
  failed: failedNews,
  rejected: rejectedNews,
  expired: () => ({ mark: "expired", text: "Expired before anyone decided; Review makes a fresh plan" }),
  superseded: () => undefined,
};

/** What became of a plan, in one line; undefined while it only waits for a decision, and when another took its place. */
export function planNews(stored: StoredPlan, say: Say): PlanNews | undefined {
  return newsIn[stored.plan.state](stored, say);
}
