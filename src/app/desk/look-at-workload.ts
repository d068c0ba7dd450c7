import type { WorkloadAnswer } from "../../bot/desk.ts";
import type { Incident } from "../../incident/incident.ts";
import { refText, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { type Severity, worse } from "../../incident/severity.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import type { Clock } from "../../lib/clock.ts";
import { diagnose } from "../../rca/diagnose.ts";
import type { Database } from "../../store/database.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";
import { findWorkload } from "./find-workload.ts";
import type { Watching } from "./watching.ts";

export interface LookDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly cluster: string;
  readonly watching?: Watching | undefined;
}

/** Without anomalies to go by, causes are looked for in this much past (ms). */
const lookBackMs = 15 * 60_000;

/**
 * Diagnoses one workload because somebody asks, by rules alone and without keeping anything: the incident it is part of,
 * if there is one; else what speaks for a cause in what is observed now.
 */
export async function lookAtWorkload(deps: LookDeps, text: string): Promise<WorkloadAnswer> {
  const { watching, clock, cluster } = deps;
  if (!watching) return { type: "nothing", text: "This process does not watch the cluster; ask the watcher." };
  const found = findWorkload(watching.observation, text);
  if (found.type === "several")
    return {
      type: "nothing",
      text: `There are several: ${found.refs.map(refText).join(", ")}. Say \`kind/namespace/name\`.`,
    };
  if (found.type === "none") {
    const near = found.near.map(refText).join(", ");
    return { type: "nothing", text: `I see no workload, node or service "${text}".${near ? ` Near: ${near}.` : ""}` };
  }
  const { ref } = found;
  const open = await listIncidents(deps.database, {
    statuses: unresolvedStatuses,
    cluster,
    limit: 200,
  });
  const part =
    open.find(({ target }) => sameRef(target, ref)) ??
    open.find(({ affected }) => affected.some((one) => sameRef(one, ref)));
  if (part) return { type: "incident", incidentId: part.id };
  const now = clock.now();
  const anomalies = watching
    .active()
    .filter(({ target, seenOn }) => sameRef(target, ref) || (seenOn && sameRef(seenOn, ref)));
  const incident: Incident = {
    id: "0",
    cluster,
    groupKey: `asked/${refText(ref)}`,
    title: refText(ref),
    severity: anomalies.reduce<Severity>((worst, one) => worse(worst, one.severity), "low"),
    status: "open",
    openedAt: now,
    onset: Math.min(now - lookBackMs, ...anomalies.map(({ startsAt }) => startsAt)),
    updatedAt: now,
    target: ref,
    affected: [ref],
    anomalies,
    anomaliesDropped: 0,
  };
  const { diagnosis, recommendations, evidence } = await diagnose({
    incident,
    observation: watching.observation,
    now,
    redact: deps.redact,
    version: 1,
    previousEvidence: [],
  });
  const [first] = diagnosis.hypotheses;
  // That nothing says why is an answer about trouble; where there is none, there is nothing to explain.
  if (!first || (anomalies.length === 0 && first.cause === "unknown"))
    return {
      type: "nothing",
      text: `Nothing abnormal is seen on ${refText(ref)}${anomalies.length > 0 ? ` beyond ${anomalies.length} weak sign${anomalies.length === 1 ? "" : "s"}` : ""}, and no cause fits.`,
    };
  return { type: "diagnosed", target: ref, diagnosis, recommendations, evidence };
}
