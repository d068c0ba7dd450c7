import { maySilence } from "../../actions/policy/who-may.ts";
import type { Desk, DeskOutcome } from "../../bot/desk.ts";
import type { Person } from "../../incident/approval.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Incident } from "../../incident/incident.ts";
import type { IncidentStatus, StatusChange } from "../../incident/status.ts";
import { rejectCause } from "../../store/incidents/cause-verdicts.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { countIncidents } from "../../store/incidents/incident-pages.ts";
import { changeStatus, getIncident, listIncidents, touchIncident } from "../../store/incidents/incidents.ts";
import { rememberedIncident } from "../../store/incidents/remembered.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import { titled } from "../../store/incidents/titled.ts";
import { createApprovers } from "../plans/approvers.ts";
import { queues } from "../queues.ts";
import { buildView } from "../view/build-view.ts";
import { postmortemOf } from "../view/postmortem-of.ts";
import type { DeskDeps } from "./desk-deps.ts";
import { createFreezeDesk } from "./freeze-desk.ts";
import { createOperations } from "./operations.ts";
import { createPlanDesk } from "./plan-desk.ts";

const yes = (text: string): DeskOutcome => ({ ok: true, text });
const no = (text: string): DeskOutcome => ({ ok: false, text });

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
    ask: deps.ask,
    reveal: deps.reveal ?? ((text) => text),
    ...createPlanDesk({ ...deps, approvers, tell }),
    ...createFreezeDesk({ ...deps, approvers }),
  };
}
