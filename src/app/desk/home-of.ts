import type { HomeView, RecentFix, WaitingApproval } from "../../bot/home-view.ts";
import type { Person } from "../../incident/approval.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { HealthLine } from "../../incident/report/health-line.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import { causePrecision } from "../../store/incidents/cause-verdicts.ts";
import { countIncidents } from "../../store/incidents/incident-pages.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";
import { titled } from "../../store/incidents/titled.ts";
import { deliveryBacklog, recentFixIds, waitingPlanIds } from "../../store/people/home-rows.ts";
import { standingSilences } from "../../store/people/silences.ts";
import { getFreeze } from "../../store/plans/freeze.ts";
import { getPlan } from "../../store/plans/plans.ts";
import { frozenByOf } from "../view/frozen-by.ts";
import type { Watching } from "./watching.ts";

export interface HomeDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly cluster: string;
  readonly watching?: Watching | undefined;
}

const shown = { open: 10, approvals: 5, fixes: 5 } as const;
const precisionDays = 30;
/** A database that answers slower than this is worth saying. */
const slowMs = 500;

function outcomeOf({ plan, verification }: StoredPlan): RecentFix["outcome"] {
  if (plan.state === "undone") return "undone";
  if (plan.state === "failed") return "not applied";
  if (!verification) return "being watched";
  const words = {
    recovered: "helped",
    "not-recovered": "did not help",
    worse: "made things worse",
    unknown: "not known",
  } as const;
  return words[verification.verdict];
}

const titleOf = ({ plan }: StoredPlan) => actionTitle(plan.action, plan.target);

function waiting(stored: StoredPlan, by: Person): WaitingApproval {
  const { plan, approvals } = stored;
  return {
    incidentId: plan.incidentId,
    recommendationId: plan.recommendationId,
    planId: plan.id,
    digest: plan.digest,
    title: titleOf(stored),
    diff: plan.diff,
    risk: plan.risk,
    have: approvals.length,
    need: plan.approvalsNeeded,
    mine: approvals.some((vote) => vote.by.id === by.id),
    expiresAt: plan.expiresAt,
  };
}

/** How kubemend itself is doing, part by part. Never throws: a database that is away is one of the answers. */
export async function healthOf({
  database,
  cluster,
  watching,
}: Pick<HomeDeps, "database" | "watching"> & { readonly cluster?: string }): Promise<readonly HealthLine[]> {
  const rows = await deliveryBacklog(database, cluster).then(
    ({ waiting: behind, tookMs }): HealthLine[] => [
      { name: "Database", state: tookMs > slowMs ? "trouble" : "ok", detail: `answers in ${Math.round(tookMs)} ms` },
      {
        name: "Messages",
        state: behind > 20 ? "trouble" : "ok",
        detail:
          behind === 0
            ? "every incident in chat is up to date"
            : `${behind} incident${behind === 1 ? "" : "s"} to be brought up to date`,
      },
    ],
    (error: unknown): HealthLine[] => [{ name: "Database", state: "trouble", detail: messageOf(error, 160) }],
  );
  return [...(watching?.health() ?? []), ...rows];
}

/** What the App Home shows to one person. */
export async function homeOf(deps: HomeDeps, by: Person): Promise<HomeView> {
  const { database, clock, cluster } = deps;
  const now = clock.now();
  const plansOf = async (ids: readonly string[]) =>
    (await Promise.all(ids.map((id) => getPlan(database, id)))).filter((stored) => stored !== undefined);
  const [open, total, proposed, done, silences, precision, freeze, health] = await Promise.all([
    listIncidents(database, {
      statuses: unresolvedStatuses,
      cluster,
      limit: shown.open,
      order: "worst",
    }).then((incidents) => titled(database, incidents)),
    countIncidents(database, { statuses: unresolvedStatuses, cluster }),
    waitingPlanIds(database, cluster, shown.approvals),
    recentFixIds(database, cluster, shown.fixes).then(plansOf),
    standingSilences(database, cluster, now),
    causePrecision(database, cluster, now - precisionDays * 86_400_000),
    getFreeze(database),
    healthOf(deps),
  ]);
  return {
    now,
    cluster,
    open,
    openTotal: total.count,
    approvals: (await plansOf(proposed.ids)).map((stored) => waiting(stored, by)),
    approvalsTotal: proposed.total,
    fixes: done.map((stored) => ({
      incidentId: stored.plan.incidentId,
      title: actionTitle(stored.plan.action, stored.plan.target, stored.plan.params),
      at: stored.appliedAt ?? stored.decidedAt ?? stored.createdAt,
      outcome: outcomeOf(stored),
    })),
    silences,
    health,
    precision: { ...precision, days: precisionDays },
    frozen: freeze.frozen,
    ...frozenByOf(freeze),
  };
}
