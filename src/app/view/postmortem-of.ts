import { titleOf } from "../../incident/diagnosis/title.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import type { Redact } from "../../incident/redacted.ts";
import { postmortem } from "../../rca/report/postmortem.ts";
import type { Database } from "../../store/database.ts";
import { evidenceOf, latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident } from "../../store/incidents/incidents.ts";
import { timelineOf } from "../../store/incidents/timeline.ts";
import { plansOf } from "../../store/plans/plans.ts";

/** Renders an incident's post-mortem from its rows; nothing of it is stored. Undefined without an incident or a diagnosis. */
export async function postmortemOf(
  deps: { readonly database: Database; readonly redact: Redact },
  incidentId: string,
): Promise<string | undefined> {
  const { database, redact } = deps;
  const incident = await getIncident(database, incidentId);
  if (!incident) return undefined;
  const [latest, evidence, plans, told] = await Promise.all([
    latestDiagnosis(database, incidentId),
    evidenceOf(database, incidentId),
    plansOf(database, incidentId),
    timelineOf(database, incidentId),
  ]);
  if (!latest) return undefined;
  const executions = plans
    .flatMap((stored) =>
      stored.executions.map((execution) => ({
        execution,
        title: actionTitle(stored.plan.action, stored.plan.target, stored.plan.params),
        kubectl: (execution.kind === "undo" ? stored.plan.undoKubectl : undefined) ?? stored.plan.kubectl,
        approvedBy: execution.kind === "apply" ? stored.approvals.map((approval) => approval.by.name) : [],
        ...(execution.kind === "apply" && stored.verification ? { verification: stored.verification } : {}),
      })),
    )
    .sort((a, b) => a.execution.startedAt - b.execution.startedAt);
  const title = titleOf(incident, latest.diagnosis);
  return postmortem({ incident: { ...incident, title }, ...latest, evidence, executions, told, redact });
}
