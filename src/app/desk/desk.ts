import { approvePlan, codeRefusal, rejectPlan } from "../../actions/approve/approve.ts";
import type { PlanStore } from "../../actions/plan/plan-store.ts";
import type { Policy } from "../../actions/policy/policy-file.ts";
import { maySilence, mayUndo } from "../../actions/policy/who-may.ts";
import type { ChaosPort, Desk, DeskOutcome, DigestPort, WebPort } from "../../bot/desk.ts";
import { refusalText, undoNeedsCode } from "../../bot/slack/render/approval-words.ts";
import type { Person } from "../../incident/approval.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import type { Incident } from "../../incident/incident.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { IncidentStatus, StatusChange } from "../../incident/status.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import { rejectCause } from "../../store/incidents/cause-verdicts.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { countIncidents } from "../../store/incidents/incident-pages.ts";
import {
  changeStatus,
  getIncident,
  listIncidents,
  type StoredIncident,
  touchIncident,
} from "../../store/incidents/incidents.ts";
import { rememberedIncident } from "../../store/incidents/remembered.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import { titled } from "../../store/incidents/titled.ts";
import type { Jobs } from "../../store/jobs.ts";
import { getPlan } from "../../store/plans/plans.ts";
import { type Approvers, createApprovers } from "../plans/approvers.ts";
import { createReplan } from "../plans/replan.ts";
import { queues } from "../queues.ts";
import { buildView } from "../view/build-view.ts";
import { postmortemOf } from "../view/postmortem-of.ts";
import { createFreezeDesk } from "./freeze-desk.ts";
import { createOperations } from "./operations.ts";
import type { Watching } from "./watching.ts";

export interface DeskDeps {
  readonly database: Database;
  readonly plans: PlanStore;
  readonly policy: Policy;
  /** Default: nobody is in a group, and rules that ask the cluster or for codes refuse. */
  readonly approvers?: Approvers;
  readonly redact: Redact;
  readonly changed: (incidentId: string) => Promise<void>;
  /** Tells detection about a status that a person decided. */
  readonly statusDecided: (incident: StoredIncident) => void;
  readonly jobs: Pick<Jobs, "send">;
  readonly clock: Clock;
  readonly ask: Desk["ask"];
  /** Absent where nothing is kept from chat that could be put back. */
  readonly reveal?: Desk["reveal"];
  /** Name of the cluster as the configuration has it; default its default. */
  readonly cluster?: string;
  /** Absent where nobody watches: then workloads cannot be looked at, and silences are judged by what is stored. */
  readonly watching?: Watching;
  readonly nextIncidentId?: () => Promise<string>;
  readonly digest?: DigestPort;
  readonly chaos?: ChaosPort;
  readonly web?: WebPort | undefined;
  /** Under which people reach the pages. */
  readonly webUrl?: string | undefined;
}

const yes = (text: string): DeskOutcome => ({ ok: true, text });
const no = (text: string): DeskOutcome => ({ ok: false, text });
const titleOf = ({ action, target, params }: ActionPlan) => actionTitle(action, target, params);
/** What a person said with a decision, behind it. */
const inQuotes = (words: string | undefined) => (words ? ` – “${words}”` : "");
const noteChars = 1_000;

/** Why a change of status is refused, for who asked. */
const notNow: Readonly<Record<StatusChange, (status: string) => string>> = {
  acknowledge: (status) => `is ${status}; there is nothing to take`,
  "start-mitigation": (status) => `is ${status}; no fix can start now`,
  resolve: (status) => `is ${status}; there is nothing to close`,
  recur: () => "is not resolved; there is nothing to open again",
  absorb: (status) => `is ${status}; it stays by itself`,
};
const statusWords: Readonly<Record<IncidentStatus, string>> = {
  open: "open",
  acknowledged: "taken already",
  mitigating: "being fixed",
  resolved: "resolved",
  reopened: "open again",
};

/** People's decisions, made by the rows: every refusal has its reason, every decision is on the timeline. */
export function createDesk(deps: DeskDeps): Desk {
  const { database, redact, jobs, clock } = deps;
  const now = () => clock.now();
  /** What somebody typed beside a decision; rows keep it, and channels and pages show it. */
  const wordsOf = (typed: string) => quoted(typed.trim(), noteChars, redact);
  const replans = createReplan(deps);
  const approvers = deps.approvers ?? createApprovers({ policy: deps.policy, database });
  const tell = async (incidentId: string, kind: string, text: string) => {
    await addToTimeline(database, incidentId, { at: now(), kind, text: redact(text) });
    await touchIncident(database, incidentId);
    await deps.changed(incidentId);
  };
  const move = async (incidentId: string, change: StatusChange, by: Person, text: string): Promise<DeskOutcome> => {
    const outcome = await changeStatus(database, incidentId, change, { by: by.name, at: now() });
    if (!outcome.ok) {
      if (outcome.reason === "unknown-incident") return no(`There is no incident ${incidentId}.`);
      const incident = await getIncident(database, incidentId);
      if (change === "acknowledge" && incident?.status === "acknowledged")
        return no(`Incident ${incidentId} is taken already.`);
      return no(`Incident ${incidentId} ${notNow[change](incident ? statusWords[incident.status] : "gone")}.`);
    }
    deps.statusDecided(outcome.incident);
    await tell(incidentId, change, text);
    return yes(text);
  };

  return {
    ...createOperations({
      ...deps,
      cluster: deps.cluster ?? "kubernetes",
      tell,
      maySilence: async (by, matcher) => maySilence(deps.policy, await approvers.approverOf(by), matcher),
    }),
    view: (incidentId) => buildView(database, incidentId, deps.webUrl),
    postmortem: (incidentId) =>
      /^\d+$/.test(incidentId) ? postmortemOf(deps, incidentId) : Promise.resolve(undefined),
    async remembered(incidentId) {
      const known = await rememberedIncident(database, incidentId);
      return known && { ...known, title: deps.redact(known.title) };
    },
    list: async (query): Promise<readonly Incident[]> => titled(database, await listIncidents(database, query)),
    count: async (query) => (await countIncidents(database, query)).count,
    acknowledge: (id, by) => move(id, "acknowledge", by, `${by.name} has taken incident ${id}.`),
    async resolve(id, by) {
      const lasting =
        (await getIncident(database, id))?.anomalies.filter(({ endsAt }) => endsAt === undefined).length ?? 0;
      const still =
        lasting === 0
          ? ""
          : ` ${lasting === 1 ? "One symptom is" : `${lasting} symptoms are`} still there: as long as that lasts it opens again; \`/incident silence #${id} 1h\` keeps it quiet.`;
      return await move(id, "resolve", by, `${by.name} closed incident ${id} by hand.${still}`);
    },
    async reopen(id, by) {
      const whole = (await getIncident(database, id))?.mergedInto;
      if (whole === undefined) return await move(id, "recur", by, `${by.name} opened incident ${id} again.`);
      const said = `${by.name} says that incident ${id} is not a part of incident ${whole}; it is open by itself again.`;
      const outcome = await move(id, "recur", by, said);
      if (outcome.ok) await tell(whole, "parted", said);
      return outcome;
    },
    async notThisCause(id, by) {
      const latest = await latestDiagnosis(database, id);
      const first = latest?.diagnosis.hypotheses[0];
      if (!first) return no("There is no diagnosis yet.");
      const { cause, culprit } = first;
      const fresh = await rejectCause(database, { incidentId: id, cause, culprit, by });
      if (!fresh) return yes("You have said so already; it is being looked at without this cause.");
      await tell(id, "feedback", `${by.name} says: not ${causeText(cause, culprit)}.`);
      await jobs.send(queues.diagnose, { incidentId: id }, { key: id });
      return yes("Noted: this cause is ruled out here and counts for less next time. Looking again without it.");
    },
    async approve(planId, digest, by, note = "", code) {
      const said = wordsOf(note);
      const outcome = await approvePlan(
        {
          planId,
          digest,
          by: await approvers.approverOf(by),
          ...(said ? { note: said } : {}),
          ...(code ? { code } : {}),
        },
        { plans: deps.plans, policy: deps.policy, oneAtATime: true, ...approvers },
      );
      const stored = await getPlan(database, planId);
      if (stored && outcome.type !== "refused") {
        const { incidentId } = stored.plan;
        const title = titleOf(stored.plan);
        if (outcome.type === "approved") {
          const moved = await changeStatus(database, incidentId, "start-mitigation", { by: by.name, at: now() });
          if (moved.ok) deps.statusDecided(moved.incident);
          await tell(incidentId, "approved", `${by.name} approved: ${title}${inQuotes(said)}.`);
        } else
          await tell(
            incidentId,
            "voted",
            `${by.name} approved (${outcome.have} of ${outcome.need}): ${title}${inQuotes(said)}.`,
          );
      }
      return outcome;
    },
    async reject(planId, by, reason) {
      const stored = await getPlan(database, planId);
      if (!stored) return no("There is no such plan any more.");
      const said = wordsOf(reason);
      const outcome = await rejectPlan(
        { planId, digest: stored.plan.digest, by: await approvers.approverOf(by), reason: said },
        { plans: deps.plans, policy: deps.policy },
      );
      if (outcome.type === "refused") return no(refusalText(outcome.reason));
      await tell(stored.plan.incidentId, "rejected", `${by.name} rejected: ${titleOf(stored.plan)}${inQuotes(said)}.`);
      return yes("Rejected. Nothing was changed.");
    },
    replan: replans.replan,
    async replanWith(incidentId, recommendationId, values, by) {
      const outcome = await replans.replanWith(incidentId, recommendationId, values, by);
      if (outcome.ok && outcome.fix.plan) {
        const names = outcome.changed.join(", ") || "nothing";
        await tell(
          incidentId,
          "edited",
          `${by.name} changed ${names} in the plan: ${titleOf(outcome.fix.plan.plan)}. Earlier approvals of it no longer count.`,
        );
      }
      return outcome;
    },
    async undo(planId, by, code) {
      const stored = await getPlan(database, planId);
      if (!stored) return no("There is no such plan any more.");
      if (stored.plan.undo.length === 0) return no("This change cannot be undone.");
      const { action, target } = stored.plan;
      const approvedBy = stored.approvals.map((one) => one.by.id);
      const person = await approvers.approverOf(by);
      if (!mayUndo(deps.policy, person, { action, target, approvedBy }))
        return no(
          "Nothing was changed. The policy does not name you among those who may approve this, or take it back.",
        );
      // What only somebody with an authenticator could let happen, only somebody with one takes back.
      const wrong = stored.plan.secondFactor
        ? await codeRefusal({ by: person, planId, ...(code ? { code } : {}) }, approvers.secondFactor)
        : undefined;
      if (wrong) return no(wrong === "code-needed" ? `Nothing was changed. ${undoNeedsCode}` : refusalText(wrong));
      await jobs.send(queues.undo, { planId, by: by.id }, { key: planId });
      await tell(stored.plan.incidentId, "undo-asked", `${by.name} asked to undo: ${titleOf(stored.plan)}.`);
      return yes("It is being undone; the message follows along.");
    },
    ask: deps.ask,
    reveal: deps.reveal ?? ((text) => text),
    ...createFreezeDesk({ ...deps, approvers }),
  };
}
