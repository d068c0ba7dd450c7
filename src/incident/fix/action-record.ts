import type { ObjectRef } from "../object-ref.ts";

/** What became of an action that was applied before. What cannot be told is none. */
export interface PastOutcome {
  /** When it was applied, by the database's clock (ms). */
  readonly at: number;
  /** False also where it made things worse. */
  readonly recovered: boolean;
}

/** For what a record speaks: what helps a Deployment against a cause may do nothing for a StatefulSet, or harm it. */
export interface RecordKey {
  readonly action: string;
  readonly cause: string;
  readonly kind: string;
}

/** How far back a record reaches (days). So long plans are kept in any case (`retention.incidentsDays`). */
export const recordDays = 180;

type Kind = Pick<ObjectRef, "kind">;

/** The kind that a plan's record is kept by: its target's, and of a pod that of the workload which makes it. */
export function kindOfRecord({
  target,
  alsoHolds = [],
}: {
  readonly target: Kind;
  readonly alsoHolds?: readonly Kind[];
}): string {
  if (target.kind !== "Pod") return target.kind;
  return alsoHolds.find(({ kind }) => kind !== "Node")?.kind ?? target.kind;
}
