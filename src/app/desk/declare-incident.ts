import type { DeskOutcome, Operations } from "../../bot/desk.ts";
import type { Person } from "../../incident/approval.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Incident } from "../../incident/incident.ts";
import { makeRef, refText, sameRef } from "../../incident/object-ref.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import { rateCause } from "../../store/incidents/cause-verdicts.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { reserveIncidentIds } from "../../store/incidents/incident-ids.ts";
import { getIncident, saveIncident } from "../../store/incidents/incidents.ts";
import type { Jobs } from "../../store/jobs.ts";
import { queues } from "../queues.ts";
import { findWorkload } from "./find-workload.ts";
import type { Watching } from "./watching.ts";

export interface DeclareDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly cluster: string;
  readonly jobs: Pick<Jobs, "send">;
  readonly tell: (incidentId: string, kind: string, text: string) => Promise<void>;
  readonly watching?: Watching | undefined;
  /** The number after that of the last incident; without it one that nobody else has. */
  readonly nextIncidentId?: (() => Promise<string>) | undefined;
}

const declaredPrefix = "declared/";
const titleChars = 200;
const noteChars = 2_000;

/** Incidents that people opened: detection neither opens nor closes them. */
export const isDeclared = (incident: Pick<Incident, "groupKey">) => incident.groupKey.startsWith(declaredPrefix);

const no = (text: string): DeskOutcome => ({ ok: false, text });

/** What people add to the story: incidents of their own, notes, and whether a diagnosis was right. */
export function createDeclareDesk(deps: DeclareDeps): Pick<Operations, "declare" | "addNote" | "rate"> {
  const { database, redact, clock, cluster, jobs, tell, watching } = deps;
  return {
    async declare({ title, severity, workload }, by: Person) {
      const words = quoted(title.replace(/\s+/g, " ").trim(), titleChars, redact);
      if (words === "") return no("Say what is wrong, for example `/incident declare checkout is slow`.");
      const found = workload && watching ? findWorkload(watching.observation, workload) : undefined;
      if (found && found.type !== "found")
        return no(
          `I do not know which workload "${workload}" is.${found.type === "several" ? ` There are: ${found.refs.map(refText).join(", ")}.` : ""}`,
        );
      const now = clock.now();
      const target = found?.ref ?? makeRef("Cluster", undefined, cluster);
      const seen = watching?.active().filter((one) => sameRef(one.target, target)) ?? [];
      const id = deps.nextIncidentId ? await deps.nextIncidentId() : ((await reserveIncidentIds(database, 1))[0] ?? "");
      await saveIncident(database, {
        id,
        cluster,
        groupKey: `${declaredPrefix}${id}`,
        title: words,
        severity,
        status: "open",
        openedAt: now,
        onset: Math.min(now, ...seen.map(({ startsAt }) => startsAt)),
        updatedAt: now,
        target,
        affected: [target],
        anomalies: seen,
        anomaliesDropped: 0,
      });
      await tell(id, "declared", `${by.name} declared incident ${id}: ${words}`);
      if (found) await jobs.send(queues.diagnose, { incidentId: id }, { key: id });
      return { ok: true, incidentId: id, text: `Incident ${id} is open: ${words}` };
    },
    async addNote(incidentId, text, by) {
      const words = quoted(text.trim(), noteChars, redact);
      if (words === "") return no("There is nothing to add.");
      if (!(await getIncident(database, incidentId))) return no(`There is no incident ${incidentId}.`);
      await tell(incidentId, "note", `${by.name}: ${words}`);
      return { ok: true, text: `Added to the timeline of incident ${incidentId}.` };
    },
    async rate(incidentId, verdict, by) {
      const first = (await latestDiagnosis(database, incidentId))?.diagnosis.hypotheses[0];
      if (!first) return no("There is no diagnosis yet.");
      const { cause, culprit } = first;
      const fresh = await rateCause(database, { incidentId, cause, culprit, by, verdict });
      if (!fresh) return { ok: true, text: "Noted before; it counts once." };
      await tell(
        incidentId,
        "feedback",
        verdict === "right"
          ? `${by.name} finds the diagnosis right: ${causeText(cause, culprit)}.`
          : `${by.name} finds the diagnosis wrong: ${causeText(cause, culprit)}.`,
      );
      return {
        ok: true,
        text:
          verdict === "right"
            ? "Thank you: this cause counts for more next time."
            : "Noted: this cause counts for less next time. *Not this cause* has it looked for again without it.",
      };
    },
  };
}
