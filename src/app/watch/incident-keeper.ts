import type { IncidentChange } from "../../incident/incident.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { StatusChange } from "../../incident/status.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { changeStatus, type StoredIncident, saveIncident } from "../../store/incidents/incidents.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import { takenOver } from "../../store/leases.ts";
import type { Shards } from "../shards/shards.ts";

export interface KeeperDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly log: Logger;
  readonly changed: (incidentId: string) => Promise<void>;
  /** The shards that this process holds; without them it is the only watcher. */
  readonly shards?: Pick<Shards, "leaseOf"> | undefined;
}

const told: Readonly<Record<IncidentChange["type"], { status?: StatusChange; event: string }>> = {
  opened: { event: "incident.opened" },
  updated: { event: "incident.updated" },
  cleared: { event: "incident.resolved", status: "resolve" },
  recurred: { event: "incident.recurred", status: "recur" },
};

/** @param before as it was stored until now: when it was closed, and into what it was merged */
function sentence(
  change: IncidentChange,
  before: Pick<StoredIncident, "resolvedAt" | "mergedInto">,
): string | undefined {
  const { resolvedAt: closedAt, mergedInto } = before;
  const { incident } = change;
  switch (change.type) {
    case "opened":
      return `Detected: ${incident.title} (${refText(incident.target)}).`;
    case "cleared":
      return "All symptoms have cleared; the incident is resolved.";
    case "recurred":
      if (mergedInto !== undefined)
        return `It does not come from what incident ${mergedInto} is about, into which it was merged; it is open again by itself.`;
      // Who closes an incident by hand may do so while it lasts.
      return incident.anomalies.some(
        ({ startsAt, endsAt }) => endsAt === undefined && closedAt !== undefined && startsAt < closedAt,
      )
        ? "The symptoms have not ended since it was closed; the incident is open again."
        : "The same symptoms are back; the incident is open again.";
    case "updated":
      return undefined;
  }
}

/** Writes down what detection says, and what it means for the incident's status. @returns the incident as stored. */
export async function keepIncident(deps: KeeperDeps, change: IncidentChange, now: number): Promise<StoredIncident> {
  const { database, redact, log } = deps;
  const { event, status } = told[change.type];
  const { shards } = deps;
  const { target } = change.incident;
  const lease = shards?.leaseOf(target);
  if (shards && !lease) throw takenOver(`incident ${change.incident.id}`);
  let stored = await saveIncident(database, change.incident, lease);
  const before = stored;
  if (status) {
    const outcome = await changeStatus(database, stored.id, status, { at: now });
    if (outcome.ok) stored = outcome.incident;
    else log.info({ incident: stored.id, reason: outcome.reason }, "incident.status-kept");
  }
  const text = sentence(change, before);
  if (text)
    await addToTimeline(database, stored.id, {
      at: now,
      kind: change.type === "opened" ? "detected" : change.type,
      text: redact(text),
    });
  if (change.type !== "updated")
    log.info({ incident: stored.id, severity: stored.severity, target: refText(stored.target) }, event);
  // It is written down, and chat is brought up to date by the next sweep at the latest: kept again it would be told twice.
  await deps
    .changed(stored.id)
    .catch((error: unknown) => log.warn({ incident: stored.id, error: messageOf(error) }, "incident.not-told-yet"));
  return stored;
}
