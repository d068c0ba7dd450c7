import { setTimeout as delay } from "node:timers/promises";
import { approvePlan } from "../../src/actions/approve/approve.ts";
import type { Policy } from "../../src/actions/policy/policy-file.ts";
import { buildView } from "../../src/app/view/build-view.ts";
import type { IncidentView } from "../../src/bot/incident-view.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { CauseCode } from "../../src/incident/cause.ts";
import { messageOf } from "../../src/lib/app-error.ts";
import type { Database } from "../../src/store/database.ts";
import { listIncidents } from "../../src/store/incidents/incidents.ts";
import type { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { patientReader } from "./read-patiently.ts";

export interface FaultToRun {
  readonly name: string;
  readonly seenIn: string;
  readonly causes: readonly CauseCode[];
  readonly culprit: { readonly kind: string; readonly name: string };
  readonly fixes: readonly ActionCode[];
  /** Breaks it. @returns when it broke, ms of the cluster's clock, and how it is put back whatever kubemend did */
  readonly inject: () => Promise<{ readonly at: number; readonly restore: () => Promise<void> }>;
}

/** What one fault came to. Seconds count from the moment it broke. */
export interface FaultRow {
  readonly fault: string;
  readonly seenIn: string;
  detectedAfterSeconds?: number;
  cause?: string;
  causeRight: boolean;
  culprit?: string;
  culpritRight: boolean;
  fixOffered?: string;
  fixApplied?: string;
  verdict?: string;
  recoveredAfterSeconds?: number;
  undo: string;
  /** Titles of incidents that opened meanwhile and are about something else. */
  falseIncidents: string[];
  /** What kept the suite from going on. */
  trouble?: string;
  /** How often the database did not answer and was asked again. */
  readAgain?: number;
}

export interface FaultDeps {
  readonly database: Database;
  readonly plans: ReturnType<typeof createPlanStore>;
  readonly policy: Policy;
  readonly now: () => number;
  /** Undefined where taking back cannot be shown: a recorded world has one future. */
  readonly undo: ((planId: string) => Promise<void>) | undefined;
  readonly limits: FaultLimits;
  readonly lookEveryMs?: number;
  readonly say?: (text: string) => void;
  /** Waits for nothing more; what was broken is put back. */
  readonly signal?: AbortSignal;
}

/** Real ms. */
export interface FaultLimits {
  readonly detectMs: number;
  readonly offerMs: number;
  readonly verifyMs: number;
  readonly undoMs: number;
  readonly calmMs: number;
}

export const liveLimits: FaultLimits = {
  detectMs: 8 * 60_000,
  offerMs: 4 * 60_000,
  verifyMs: 12 * 60_000,
  undoMs: 2 * 60_000,
  calmMs: 10 * 60_000,
};

/** Two people, as high risk needs. */
export const approvers = ["cli:cluster-suite", "cli:cluster-suite-second"] as const;

const seconds = (ms: number) => Math.round(ms / 1_000);

/** Breaks one thing, watches what kubemend makes of it, approves the fix it offers, and leaves the cluster as it was. */
export async function runFault(fault: FaultToRun, deps: FaultDeps): Promise<FaultRow> {
  const { database, plans, limits, say = () => undefined } = deps;
  const row: FaultRow = {
    fault: fault.name,
    seenIn: fault.seenIn,
    causeRight: false,
    culpritRight: false,
    undo: "not reached",
    falseIncidents: [],
  };
  const reader = patientReader({
    pauseMs: 2 * (deps.lookEveryMs ?? 1_000),
    say: (text) => say(`${fault.name}: ${text}`),
    signal: deps.signal,
  });
  const listed = () => reader.read(() => listIncidents(database, { limit: 500 }));
  const viewOf = (id: string) => reader.read(() => buildView(database, id));
  const stop = (trouble: string): FaultRow => Object.assign(row, { trouble });
  const before = new Map((await listed()).map(({ id, status }) => [id, status]));
  const until = async <T>(ms: number, look: () => Promise<T | undefined>): Promise<T | undefined> => {
    const end = performance.now() + ms;
    for (;;) {
      const seen = await look();
      if (seen !== undefined || performance.now() > end || deps.signal?.aborted) return seen;
      await delay(deps.lookEveryMs ?? 1_000);
    }
  };
  const views = async (): Promise<IncidentView[]> => {
    // One that was over and is open again is news as well.
    const incidents = (await listed()).filter(
      ({ id, status }) => !before.has(id) || (before.get(id) === "resolved" && status !== "resolved"),
    );
    return (await Promise.all(incidents.map(({ id }) => viewOf(id)))).flatMap((view) => view ?? []);
  };
  const isAbout = ({ diagnosis }: IncidentView): boolean => {
    const best = diagnosis?.hypotheses[0];
    return best !== undefined && best.culprit.kind === fault.culprit.kind && best.culprit.name === fault.culprit.name;
  };
  /** Ours is the one about the culprit; before any is, the first. */
  const ours = async () => {
    const all = await views();
    return all.find(isAbout) ?? all.toSorted((a, b) => a.incident.openedAt - b.incident.openedAt)[0];
  };
  const describe = (view: IncidentView): void => {
    const best = view.diagnosis?.hypotheses[0];
    if (best === undefined) return;
    row.cause = best.cause;
    row.causeRight = fault.causes.includes(best.cause);
    row.culprit = `${best.culprit.kind} ${best.culprit.name}`;
    row.culpritRight = isAbout(view);
  };

  const { at, restore } = await fault.inject();
  say(`${fault.name}: broken`);
  const attempt = async (): Promise<FaultRow> => {
    const opened = await until(limits.detectMs, ours);
    if (!opened) return stop("not detected");
    const { openedAt, updatedAt } = opened.incident;
    row.detectedAfterSeconds = seconds((openedAt >= at ? openedAt : updatedAt) - at);
    say(`${fault.name}: detected after ${row.detectedAfterSeconds} s`);

    const offered = await until(limits.offerMs, async () => {
      const view = await ours();
      if (!view) return undefined;
      describe(view);
      const fix = view.fixes.find(
        (one) => one.plan?.plan.state === "proposed" && fault.fixes.includes(one.plan.plan.action),
      );
      return row.culpritRight && fix?.plan ? { view, plan: fix.plan.plan } : undefined;
    });
    const latest = await ours();
    if (latest) row.fixOffered = latest.fixes.map(({ recommendation }) => recommendation.action).join(", ");
    if (!offered) return stop("no right fix was offered");
    row.fixOffered = offered.plan.action;

    for (const id of approvers.slice(0, offered.plan.approvalsNeeded)) {
      const by = { id, name: "cluster suite", human: true, groups: [] };
      const outcome = await approvePlan(
        { planId: offered.plan.id, digest: offered.plan.digest, by },
        { plans, policy: deps.policy },
      );
      if (outcome.type === "refused") return stop(`the approval was refused: ${outcome.reason}`);
    }
    say(`${fault.name}: approved ${offered.plan.action}`);

    const judged = await until(limits.verifyMs, async () => {
      const stored = await reader.read(() => plans.get(offered.plan.id));
      const over =
        stored && (stored.verification !== null || stored.plan.state === "failed" || stored.plan.state === "undone");
      return over ? stored : undefined;
    });
    if (judged?.appliedAt) row.fixApplied = offered.plan.action;
    if (judged?.verification) {
      row.verdict = judged.verification.verdict;
      if (judged.verification.verdict === "recovered") {
        const resolved = await until(limits.offerMs, async () => {
          const view = await viewOf(offered.view.incident.id);
          return view?.incident.resolvedAt;
        });
        row.recoveredAfterSeconds = seconds((resolved ?? deps.now()) - at);
      }
    }
    if (!judged?.verification) return stop(judged?.reason ?? "no verdict came");

    if (!deps.undo) row.undo = "not tried (a recording has one future)";
    else if (offered.plan.undo.length === 0) row.undo = "irreversible, as it said";
    else {
      await deps.undo(offered.plan.id);
      const undone = await until(limits.undoMs, async () =>
        (await reader.read(() => plans.get(offered.plan.id)))?.plan.state === "undone" ? true : undefined,
      );
      row.undo = undone ? "undone" : "not undone";
    }
    return row;
  };
  // The other faults can still be tried.
  await attempt().catch((error: unknown) => stop(messageOf(error)));
  try {
    row.falseIncidents = (await views())
      .filter((view) => !isAbout(view) && view.diagnosis !== undefined)
      .map(({ incident }) => incident.title);
  } catch (error) {
    stop(row.trouble ?? messageOf(error));
  } finally {
    await restore();
  }
  // The next fault begins in peace.
  await until(limits.calmMs, async () =>
    (await views()).every(({ incident }) => incident.status === "resolved") ? true : undefined,
  ).catch((error: unknown) => stop(row.trouble ?? messageOf(error)));
  if (reader.failures() > 0) row.readAgain = reader.failures();
  return row;
}
