import type { Topology } from "../../cluster/topology.ts";
import type { Incident } from "../../incident/incident.ts";
import { type ObjectRef, refKey, refText, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import type { Database } from "../../store/database.ts";
import { listIncidents, touchIncident } from "../../store/incidents/incidents.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import type { Shards } from "../shards/shards.ts";

export interface RelatedDeps {
  readonly database: Database;
  readonly cluster: string;
  readonly shards: Pick<Shards, "stats" | "leaseOf">;
  readonly topology: () => Topology;
  readonly redact: Redact;
  readonly changed: (incidentId: string) => Promise<void>;
}

const looked = 200;
/** What began further apart has little to do with each other. */
const togetherMs = 15 * 60_000;

/** How an incident has to do with another one: by what it depends on, by what depends on it, or by a common object. */
export function howRelated(
  incident: Pick<Incident, "target" | "affected">,
  other: Pick<Incident, "target" | "affected">,
  topology: Topology,
): "depends on it" | "it depends on this" | "both concern" | undefined {
  const own = (ref: ObjectRef) => (ref.kind === "Service" ? topology.workloadsBehind(ref) : [ref]);
  const leads = (from: ObjectRef, to: ObjectRef) =>
    own(from).some((one) => topology.dependenciesOf(one).some((ref) => own(to).some((target) => sameRef(ref, target))));
  if (leads(incident.target, other.target)) return "depends on it";
  if (leads(other.target, incident.target)) return "it depends on this";
  const theirs = new Set([other.target, ...other.affected].map(refKey));
  return [incident.target, ...incident.affected].some((ref) => theirs.has(refKey(ref))) ? "both concern" : undefined;
}

/**
 * Shards group by themselves, so that one cause on both sides of a border is an incident on each side. Both timelines say so:
 * what is said twice can be read together, what is not said is lost. Called for an incident that has just been opened.
 */
export async function noteRelated(deps: RelatedDeps, incident: Incident): Promise<readonly string[]> {
  const { database, cluster, shards, redact } = deps;
  if (shards.stats.count <= 1) return [];
  const found: string[] = [];
  for (const other of await listIncidents(database, { statuses: unresolvedStatuses, cluster, limit: looked })) {
    if (other.id === incident.id || shards.leaseOf(other.target)) continue;
    if (Math.abs(other.onset - incident.onset) > togetherMs) continue;
    const how = howRelated(incident, other, deps.topology());
    if (!how) continue;
    const say = async (about: Incident, of: Incident, words: string) => {
      const text = redact(
        `May have one cause with incident ${of.id} (${refText(of.target)}), of another watcher: ${words}.`,
      );
      await addToTimeline(database, about.id, { at: incident.openedAt, kind: "related", text });
      await touchIncident(database, about.id);
      await deps.changed(about.id);
    };
    const [here, there] =
      how === "both concern"
        ? ["both concern the same object", "both concern the same object"]
        : how === "depends on it"
          ? ["it depends on that", "that depends on it"]
          : ["that depends on it", "it depends on that"];
    await say(incident, other, here);
    await say(other, incident, there);
    found.push(other.id);
  }
  return found;
}
