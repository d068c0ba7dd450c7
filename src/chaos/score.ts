import type { Anomaly } from "../incident/anomaly.ts";
import type { Hypothesis } from "../incident/diagnosis/diagnosis.ts";
import type { VerificationVerdict } from "../incident/fix/execution.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import { refKey, sameRef } from "../incident/object-ref.ts";
import type { ExpectedOutcome } from "./experiment.ts";

/** What kubemend's database says of an incident around the time of a run. */
export interface IncidentFacts {
  readonly id: string;
  readonly openedAt: number;
  readonly target: ObjectRef;
  readonly affected: readonly ObjectRef[];
  readonly anomalies: readonly Pick<Anomaly, "target" | "startsAt" | "detectedAt">[];
  readonly resolvedAt?: number | undefined;
  /** Of the last diagnosis, best first. */
  readonly hypotheses: readonly Pick<Hypothesis, "cause" | "culprit" | "probability">[];
  /** Actions in the order in which they were offered. */
  readonly fixes: readonly { readonly action: string; readonly target: ObjectRef }[];
  readonly applied: readonly {
    readonly action: string;
    readonly verdict: VerificationVerdict | "pending";
    /** Absent while nobody knows. */
    readonly at?: number;
  }[];
}

export interface Score {
  /** Incident that is about the fault. */
  readonly incidentId?: string;
  /** Absent: an incident was due. */
  readonly due?: false;
  readonly detected: boolean;
  readonly detectedAfterMs?: number;
  readonly inTime: boolean;
  readonly rightCause: boolean;
  readonly rightCulprit: boolean;
  /** Undefined where the experiment names no fix. */
  readonly rightFix?: boolean;
  readonly cause?: string;
  readonly culprit?: string;
  readonly fix?: string;
  /** Undefined when nobody applied one. */
  readonly fixWorked?: boolean;
  /** When the fix that worked was applied (ms): from then on there was no fault. */
  readonly mendedAt?: number;
  /** Incidents of this fault that also hold trouble of another time or place. */
  readonly falseMerges: readonly string[];
  /** More incidents than one for the one fault. */
  readonly split: readonly string[];
  /** Incidents that were opened meanwhile and have nothing to do with the blast radius. */
  readonly foreign: readonly string[];
  /** Share of what was asked that was right, 0..1. */
  readonly points: number;
}

export interface ScoreWindow {
  readonly faultAt: number;
  /** Until when an incident may be opened and still count. */
  readonly until: number;
  readonly namespaces: readonly string[];
  /** What the experiment itself has put in the way, as a proxy: to name that is to name what it stands for. */
  readonly made?: readonly ObjectRef[];
}

/** Measurements are averages over a while: trouble may seem to begin a little before its cause. */
const slackMs = 60_000;

const within = (ref: ObjectRef, namespaces: readonly string[]) =>
  ref.namespace === undefined ? ref.kind === "Node" : namespaces.includes(ref.namespace);

/** Anomalies that were found while the fault was there, and not before it. */
const fresh = (incident: IncidentFacts, { faultAt, until }: ScoreWindow) =>
  incident.anomalies.filter(({ detectedAt }) => detectedAt >= faultAt && detectedAt <= until);

const isCulprit = (ref: ObjectRef, culprit: ObjectRef) =>
  culprit.name === "*"
    ? ref.kind === culprit.kind && (ref.namespace ?? "") === (culprit.namespace ?? "")
    : sameRef(ref, culprit);

/** When the fault was first seen in an incident (ms after it was injected); undefined when it was not. */
function detectedAfter(incident: IncidentFacts, window: ScoreWindow): number | undefined {
  const moments = fresh(incident, window).map(({ detectedAt }) => detectedAt);
  if (incident.openedAt >= window.faultAt) moments.push(incident.openedAt);
  return moments.length === 0 ? undefined : Math.min(...moments) - window.faultAt;
}

/** What became of the fixes that were applied: nothing while none of them is judged. */
function outcomeOf({ applied }: IncidentFacts): { readonly fixWorked?: boolean; readonly mendedAt?: number } {
  const judged = applied.filter(({ verdict }) => verdict !== "pending");
  if (judged.length === 0) return {};
  const mendedAt = judged.find(({ verdict }) => verdict === "recovered")?.at;
  const fixWorked = judged.some(({ verdict }) => verdict === "recovered");
  return { fixWorked, ...(mendedAt === undefined ? {} : { mendedAt }) };
}

/** How well kubemend did. Pure: facts in, marks out. */
export function scoreRun(expected: ExpectedOutcome, incidents: readonly IncidentFacts[], window: ScoreWindow): Score {
  const { faultAt, until, namespaces, made = [] } = window;
  const live = incidents.filter(
    (incident) => (incident.openedAt >= faultAt && incident.openedAt <= until) || fresh(incident, window).length > 0,
  );
  const near = live.filter(
    (incident) =>
      within(incident.target, namespaces) ||
      fresh(incident, window).some(({ target }) => within(target, namespaces)) ||
      incident.hypotheses.slice(0, 1).some(({ culprit }) => within(culprit, namespaces)),
  );
  const foreign = live.filter((incident) => !near.includes(incident)).map(({ id }) => id);
  const falseMerges = near
    .filter((incident) =>
      incident.anomalies.some(
        ({ target, startsAt, detectedAt }) =>
          !within(target, namespaces) || (startsAt < faultAt - slackMs && detectedAt < faultAt),
      ),
    )
    .map(({ id }) => id);

  if (expected === "none") {
    const quiet = near.length === 0;
    const marks = [quiet, foreign.length === 0];
    return {
      due: false,
      ...(near[0] ? { incidentId: near[0].id } : {}),
      detected: !quiet,
      inTime: quiet,
      rightCause: quiet,
      rightCulprit: quiet,
      falseMerges,
      split: near.slice(1).map(({ id }) => id),
      foreign,
      points: share(marks),
    };
  }
  const { cause, culprit, fix, within: limitMs } = expected;
  const isRight = (ref: ObjectRef) => isCulprit(ref, culprit) || made.some((one) => sameRef(one, ref));
  const about = (incident: IncidentFacts) =>
    Number(incident.hypotheses[0] !== undefined && isRight(incident.hypotheses[0].culprit)) * 2 +
    Number([incident.target, ...incident.affected].some((ref) => isCulprit(ref, culprit)));
  const [best] = [...near].sort((a, b) => about(b) - about(a) || a.openedAt - b.openedAt);
  const first = best?.hypotheses[0];
  const offered = best?.fixes[0];
  const detectedAfterMs = best && detectedAfter(best, window);
  const rightCause = first?.cause === cause;
  const rightCulprit = first !== undefined && isRight(first.culprit);
  const wanted = fix === undefined ? undefined : [fix].flat();
  const rightFix = wanted?.some((action) => action === offered?.action);
  const outcome = best ? outcomeOf(best) : {};
  const split = near.filter((incident) => incident !== best).map(({ id }) => id);
  const inTime = detectedAfterMs !== undefined && detectedAfterMs <= limitMs;
  return {
    ...(best ? { incidentId: best.id } : {}),
    detected: best !== undefined,
    ...(detectedAfterMs === undefined ? {} : { detectedAfterMs }),
    inTime,
    rightCause,
    rightCulprit,
    ...(rightFix === undefined ? {} : { rightFix }),
    ...(first ? { cause: first.cause, culprit: refKey(first.culprit) } : {}),
    ...(offered ? { fix: offered.action } : {}),
    ...outcome,
    falseMerges,
    split,
    foreign,
    points: share([
      inTime,
      rightCause,
      rightCulprit,
      ...(rightFix === undefined ? [] : [rightFix]),
      ...(outcome.fixWorked === undefined ? [] : [outcome.fixWorked]),
      falseMerges.length === 0,
      split.length === 0,
      foreign.length === 0,
    ]),
  };
}

function share(marks: readonly boolean[]): number {
  return marks.filter(Boolean).length / marks.length;
}
