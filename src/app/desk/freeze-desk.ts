import { mayUnfreeze } from "../../actions/policy/who-may.ts";
import type { Desk } from "../../bot/desk.ts";
import { quoted } from "../../incident/quoted.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import { listIncidents, touchIncident } from "../../store/incidents/incidents.ts";
import { setFreeze } from "../../store/plans/freeze.ts";
import type { Approvers } from "../plans/approvers.ts";
import { queues } from "../queues.ts";
import type { DeskDeps } from "./desk-deps.ts";

const reasonChars = 300;
/** The newest of all clusters together: each costs an edit in chat, and who freezes waits for an answer. */
const mostIncidents = 300;

/** The switch that stops every change: one for all clusters of the database. */
export function createFreezeDesk(
  deps: Pick<DeskDeps, "database" | "policy" | "redact" | "changed" | "jobs" | "cluster"> & {
    readonly approvers: Pick<Approvers, "approverOf">;
  },
): Pick<Desk, "freeze"> {
  const { database, jobs, cluster } = deps;
  return {
    async freeze(frozen, by, why = "") {
      if (!frozen && !mayUnfreeze(deps.policy, await deps.approvers.approverOf(by)))
        return {
          ok: false,
          text: "Changes stay frozen: the policy names you as approver of nothing, and only approvers unfreeze.",
        };
      const reason = quoted(why.replace(/\s+/g, " ").trim(), reasonChars, deps.redact);
      await setFreeze(database, { frozen, by, ...(reason === "" ? {} : { reason }) });
      for (const incident of await listIncidents(database, { statuses: unresolvedStatuses, limit: mostIncidents })) {
        // The others find their incidents behind and show them anew.
        await touchIncident(database, incident.id);
        const own = cluster === undefined || incident.cluster === cluster;
        if (own) await deps.changed(incident.id);
        // What was diagnosed meanwhile has no plans, in whatever cluster it is.
        if (!frozen)
          await jobs.send(
            queues.plan,
            { incidentId: incident.id },
            { key: incident.id, ...(own ? {} : { cluster: incident.cluster }) },
          );
      }
      const said = reason === "" ? "" : ` (“${reason}”)`;
      return {
        ok: true,
        text: frozen
          ? `Changes are frozen${said}: nothing is approved or applied until \`/incident unfreeze\`.`
          : "Changes are allowed again.",
      };
    },
  };
}
