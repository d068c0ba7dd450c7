import type { FixView } from "../../bot/incident-view.ts";
import type { Person } from "../../incident/approval.ts";
import type { PlanRefusal } from "../../incident/fix/action-plan.ts";
import { isEditOf, withEdits, withNeeds } from "../../incident/fix/editable-params.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { systemClock } from "../../lib/clock.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";
import type { Database } from "../../store/database.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import type { Jobs } from "../../store/jobs.ts";
import { fixOffers } from "../../store/plans/fix-offers.ts";
import { getPlan } from "../../store/plans/plans.ts";
import { queues } from "../queues.ts";
import { editsOf } from "../view/fix-memory.ts";

export interface ReplanDeps {
  readonly database: Database;
  readonly jobs: Pick<Jobs, "send">;
}

/** How long a person waits for a fresh plan, in real time: the actor looks for jobs twice a second. */
const replanWaitMs = 15_000;
const pollMs = 150;
const silentActor: PlanRefusal = {
  reason: "unreachable",
  detail: "The actor has not made a plan yet; is it running? Try again in a moment.",
};

export type ReplanOutcome =
  | { readonly ok: true; readonly fix: FixView; readonly changed: readonly string[] }
  | { readonly ok: false; readonly text: string };

/** What a person has set in a plan, and who has set anything in it so far. */
interface Authors {
  readonly edited: readonly string[];
  readonly setBy: readonly string[];
}

/** Who has set values in a plan that stands, when it is no longer as it was proposed. */
function authorsOf({ plan, requestedBy }: StoredPlan, { params }: Recommendation): readonly string[] {
  if (canonicalJson(plan.params) === canonicalJson(params)) return [];
  return plan.setBy ?? (requestedBy === null ? [] : [requestedBy]);
}

/** Has the actor plan one recommendation of the newest diagnosis again, and waits for what comes of it. */
export function createReplan({ database, jobs }: ReplanDeps) {
  const find = async (incidentId: string, recommendationId: string) => {
    const latest = await latestDiagnosis(database, incidentId);
    const recommendation = latest?.recommendations.find((one) => one.id === recommendationId);
    if (!latest || !recommendation) return undefined;
    const { version, hypotheses } = latest.diagnosis;
    const offer = async () => (await fixOffers(database, incidentId, version)).get(recommendationId);
    const ask = (wanted: Recommendation, requestedBy: string | null, more: Partial<Authors> = {}) =>
      jobs.send(queues.replan, {
        incidentId,
        version,
        recommendation: wanted,
        cause: recommendation.cause ?? hypotheses[0]?.cause ?? null,
        requestedBy,
        edited: more.edited ?? [],
        setBy: more.setBy ?? [],
      });
    return { recommendation, offer, ask };
  };
  type Found = NonNullable<Awaited<ReturnType<typeof find>>>;

  const planned = async (
    found: Found,
    wanted: Recommendation,
    by: string,
    more?: Partial<Authors>,
  ): Promise<FixView> => {
    const { recommendation, offer, ask } = found;
    const before = (await offer())?.madeAt ?? 0;
    await ask(wanted, by, more);
    for (let waited = 0; waited < replanWaitMs; waited += pollMs) {
      await systemClock.sleep(pollMs);
      const made = await offer();
      if (!made || made.madeAt <= before) continue;
      const plan = made.planId ? await getPlan(database, made.planId) : undefined;
      const edits = plan ? editsOf(plan.plan, recommendation) : [];
      return {
        recommendation,
        ...(plan ? { plan } : {}),
        ...(edits.length > 0 ? { edits } : {}),
        ...(made.refusal ? { refusal: made.refusal } : {}),
      };
    }
    return { recommendation, refusal: silentActor };
  };

  return {
    async replan(
      incidentId: string,
      recommendationId: string,
      params: Readonly<Record<string, unknown>>,
      by: Person,
    ): Promise<FixView | undefined> {
      const found = await find(incidentId, recommendationId);
      if (!found) return undefined;
      const { recommendation, offer } = found;
      const planId = (await offer())?.planId;
      const stored = planId ? await getPlan(database, planId) : undefined;
      const last = stored?.plan.params;
      const asked = Object.entries(params).some(
        ([name, value]) => canonicalJson(value) !== canonicalJson(recommendation.params[name]),
      );
      // A plan that has only grown old is made again as it was, with what a person had set in it.
      if (last && !asked && isEditOf(recommendation.action, recommendation.params, last, recommendation.needs)) {
        const setBy = authorsOf(stored, recommendation);
        // Whoever only has it made again is not the one who has asked for these values.
        const requestedBy = setBy.length > 0 ? (stored.requestedBy ?? by.id) : by.id;
        return await planned(found, { ...recommendation, params: last, needs: [] }, requestedBy, { setBy });
      }
      const needs = recommendation.needs.filter((need) => !params[need.name]);
      const wanted = { ...recommendation, params: { ...recommendation.params, ...params }, needs };
      return await planned(found, wanted, by.id, asked ? { setBy: [by.id] } : {});
    },

    async replanWith(
      incidentId: string,
      recommendationId: string,
      values: Readonly<Record<string, string>>,
      by: Person,
    ): Promise<ReplanOutcome> {
      const found = await find(incidentId, recommendationId);
      if (!found) return { ok: false, text: "This fix is no longer offered; the message shows the present ones." };
      const { recommendation, offer, ask } = found;
      const planId = (await offer())?.planId;
      const stored = planId ? await getPlan(database, planId) : undefined;
      const standing = stored?.plan;
      const before = stored ? authorsOf(stored, recommendation) : [];
      const base = standing ? standing.params : recommendation.params;
      const edit =
        recommendation.needs.length > 0 && !standing
          ? withNeeds(recommendation.action, base, recommendation.needs, values)
          : withEdits(recommendation.action, base, values);
      if (!edit.ok) return { ok: false, text: `No plan was made: ${edit.problem}` };
      const fix = await planned(found, { ...recommendation, params: edit.params, needs: [] }, by.id, {
        edited: edit.changed,
        setBy: [...new Set([...before, by.id])],
      });
      // A wish that cannot be fulfilled does not take the offer away: what stood before is planned again.
      if (fix.refusal)
        await ask(
          standing ? { ...recommendation, params: base, needs: [] } : recommendation,
          stored?.requestedBy ?? null,
          { setBy: before },
        );
      return { ok: true, fix, changed: edit.changed };
    },
  };
}
