import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";
import { takesNothing } from "../../store/takes-nothing.ts";

export interface ChangeQueueOptions {
  /** Writes one change down. Throws when it could not. */
  readonly keep: (change: IncidentChange, at: number) => Promise<unknown>;
  readonly log: Logger;
  /** Incidents whose changes are kept back; beyond it the oldest are dropped and counted. */
  readonly limit?: number;
}

export interface ChangeQueue {
  /** Takes what a tick has shown and writes down whatever waits, in order for each incident. */
  take(changes: readonly IncidentChange[], at: number): Promise<void>;
  /** Lets go of what waits of some incidents: another process writes about them now. */
  forget(which: (incident: Incident) => boolean): void;
  readonly stats: {
    readonly waiting: number;
    readonly dropped: number;
    /** Why the database took nothing of what waits the last time; undefined when it took something, or nothing waits. */
    readonly problem: string | undefined;
  };
}

interface Waiting {
  readonly change: IncidentChange;
  readonly at: number;
}

/** The engine holds no more open incidents than a few thousand either. */
const defaultLimit = 5_000;
/** After so many failures in a row the database is away: the next tick tries again. */
const failuresPerTick = 3;

/**
 * What later changes make of those that wait: of two updates the last counts, and an incident that is not written down yet
 * is opened as it is now. Its end, and its coming back, are things of their own.
 */
function foldChanges(waiting: readonly Waiting[], next: Waiting): readonly Waiting[] {
  const last = waiting.at(-1);
  if (!last || next.change.type !== "updated" || last.change.type === "cleared") return [...waiting, next];
  const change: IncidentChange = { ...last.change, incident: next.change.incident };
  return [...waiting.slice(0, -1), { change, at: last.at }];
}

/**
 * Detection tells of a change once. When the database is away at that moment the change waits here and is written down when
 * it is back, dated when it was seen.
 */
export function createChangeQueue({ keep, log, limit = defaultLimit }: ChangeQueueOptions): ChangeQueue {
  const waiting = new Map<string, readonly Waiting[]>();
  let dropped = 0;
  let problem: string | undefined;
  return {
    async take(changes, at) {
      for (const change of changes) {
        const { id } = change.incident;
        waiting.set(id, foldChanges(waiting.get(id) ?? [], { change, at }));
      }
      for (const id of waiting.keys()) {
        if (waiting.size <= limit) break;
        waiting.delete(id);
        dropped++;
        log.error({ incident: id }, "incident.change-dropped");
      }
      let failures = 0;
      let kept = 0;
      problem = undefined;
      for (const [id, list] of [...waiting]) {
        if (failures >= failuresPerTick) break;
        let left = list;
        try {
          for (let next = left[0]; next; next = left[0]) {
            await keep(next.change, next.at);
            kept++;
            left = left.slice(1);
          }
          waiting.delete(id);
        } catch (error) {
          failures++;
          if (takesNothing(error)) problem = messageOf(error);
          // To the end: a few that the database will never take must not keep it from all others.
          waiting.delete(id);
          waiting.set(id, left);
          log.warn({ incident: id, error: messageOf(error), waiting: waiting.size }, "incident.kept-back");
        }
      }
      if (kept > 0) problem = undefined;
    },
    forget(which) {
      for (const [id, list] of waiting) if (list.some(({ change }) => which(change.incident))) waiting.delete(id);
    },
    get stats() {
      return { waiting: waiting.size, dropped, problem };
    },
  };
}
