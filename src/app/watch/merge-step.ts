import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { OneCause } from "../../detection/group/merges.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { mergeIncidents } from "../../store/incidents/merge-incidents.ts";
import type { Jobs } from "../../store/jobs.ts";
import { queues } from "../queues.ts";
import type { Shards } from "../shards/shards.ts";

export interface MergeDeps {
  readonly engine: Pick<DetectionEngine, "merge">;
  readonly database: Database;
  readonly redact: Redact;
  readonly jobs: Pick<Jobs, "send">;
  readonly log: Logger;
  readonly changed: (incidentId: string) => Promise<void>;
  /** The shards that this process holds; without them it is the only watcher. */
  readonly shards?: Pick<Shards, "leaseOf"> | undefined;
}

/** Refusals that are remembered so that each is logged once. */
const mostRefused = 1_000;

/**
 * Makes one incident of two that have turned out to be one: first in the database, where it shows whether a person has done
 * something with them meanwhile, then in detection. What is refused is asked again, as long as it is true.
 */
export function createMergeStep(deps: MergeDeps): (found: readonly OneCause[], now: number) => Promise<void> {
  const { database, redact, log, shards } = deps;
  const refused = new Set<string>();

  async function merge({ part, whole, proof }: OneCause, at: number): Promise<void> {
    const leases = [part, whole].map(({ target }) => shards?.leaseOf(target));
    const fences = leases.filter((lease) => lease !== undefined);
    if (shards && fences.length < leases.length) return;
    const call = `${refText(proof.caller)} calls ${refText(proof.callee)} in vain, which was not known when it was opened`;
    const outcome = await mergeIncidents(database, {
      partId: part.id,
      wholeId: whole.id,
      at,
      proof,
      fences,
      said: {
        part: redact(`Merged into incident ${whole.id}: one cause. ${call}. It goes on there.`),
        whole: redact(`Incident ${part.id} (${part.title}) was merged into this one: one cause. ${call}.`),
      },
    });
    if (outcome !== "merged") {
      const key = `${part.id}>${whole.id}|${outcome}`;
      if (!refused.has(key)) log.info({ incident: part.id, into: whole.id, reason: outcome }, "incident.not-merged");
      if (refused.size >= mostRefused) refused.clear();
      refused.add(key);
      return;
    }
    deps.engine.merge(part.id, whole.id, at);
    log.info({ incident: part.id, into: whole.id }, "incident.merged");
    // What the whole suffers from besides may tell more of its cause.
    await deps.jobs.send(queues.diagnose, { incidentId: whole.id }, { key: whole.id });
    for (const { id } of [part, whole]) await deps.changed(id);
  }

  return async (found, now) => {
    for (const one of found)
      await merge(one, now).catch((error: unknown) =>
        log.warn({ incident: one.part.id, into: one.whole.id, error: messageOf(error) }, "incident.merge-failed"),
      );
  };
}
