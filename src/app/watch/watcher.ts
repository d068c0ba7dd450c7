import type { Observation } from "../../cluster/observation.ts";
import type { Signal } from "../../cluster/signal.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { repairUnderWay } from "../../rca/repair-under-way.ts";
import { latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident, undelivered } from "../../store/incidents/incidents.ts";
import { markAllDelivered } from "../../store/incidents/mark-all-delivered.ts";
import { plansOf } from "../../store/plans/plans.ts";
import { isDeclared } from "../desk/declare-incident.ts";
import { type DiagnoseDeps, diagnoseStep } from "../diagnosis/diagnose-step.ts";
import { createDiagnosisRounds } from "../diagnosis/diagnosis-rounds.ts";
import { createExplanations } from "../diagnosis/explanations.ts";
import { createSymptomMemory } from "../plans/symptom-memory.ts";
import { type VerifyStepDeps, verifyStep } from "../plans/verify-step.ts";
import { incidentJob, queues } from "../queues.ts";
import type { Shards } from "../shards/shards.ts";
import { isBusy } from "../view/build-view.ts";
import { createChangeQueue } from "./change-queue.ts";
import { keepIncident } from "./incident-keeper.ts";
import type { Keeping } from "./keeping.ts";
import { createMergeStep } from "./merge-step.ts";
import { createHealNotes } from "./note-heal.ts";
import { noteRelated } from "./note-related.ts";
import { recallHeals } from "./recall-heals.ts";
import { type TickResult, watchSignals } from "./watch-signals.ts";

export interface WatcherDeps extends VerifyStepDeps {
  readonly engine: DetectionEngine;
  readonly observation: Observation;
  readonly signals: AsyncIterable<Signal>;
  readonly model: DiagnoseDeps["model"];
  readonly tools?: DiagnoseDeps["tools"];
  readonly pseudonyms?: DiagnoseDeps["pseudonyms"];
  readonly runbooks?: DiagnoseDeps["runbooks"];
  readonly clock: Clock;
  /** The shards that this process holds; without them it is the only watcher. */
  readonly shards?: Pick<Shards, "holds" | "leaseOf" | "reads" | "stats"> | undefined;
  readonly tickMs: number;
  readonly signal: AbortSignal;
  /** Told first what a tick has shown, whether the database can be reached or not. Must not throw. */
  readonly record?: (tick: { active: readonly Anomaly[]; incidents: readonly Incident[]; at: number }) => void;
  /** False where no chat is configured: then nothing waits to be told there. */
  readonly chat?: boolean;
  /** Told after each tick whether what was found could be written down. */
  readonly keeping?: Pick<Keeping, "note">;
  /** After each tick; for metrics and progress. */
  readonly onTick?: (now: number) => void;
}

/** Real time between looks for incidents that chat does not show as they are (ms): a safety net under the nudges. */
const sweepEveryMs = 5_000;

/** The role that reads: signals to incidents, incidents to diagnoses, applied plans to verdicts. Holds no write access to the cluster. */
export async function runWatcher(deps: WatcherDeps): Promise<void> {
  const { engine, database, clock, jobs, log, shards } = deps;
  const isOurs = ({ target }: Incident) => shards?.holds(target) ?? true;
  const rounds = createDiagnosisRounds();
  let diagnosing: Promise<void> = Promise.resolve();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const keep = async (change: IncidentChange, at: number) => {
    const stored = await keepIncident(deps, change, at);
    if (change.type !== "opened" || !shards) return;
    const related = { ...deps, shards, cluster: stored.cluster, topology: () => engine.topology() };
    // It is told as it is; that it may be a part of another is one line more or less.
    await noteRelated(related, stored).catch((error: unknown) =>
      log.warn({ incident: stored.id, error: messageOf(error) }, "incident.relations-not-noted"),
    );
  };
  const healed = createHealNotes(deps.observation, (signal) => engine.ingest(signal));
  const recall = await recallHeals({ ...deps, cluster: deps.observation.cluster }, healed);
  const changesToKeep = createChangeQueue({ keep, log });
  const symptoms = createSymptomMemory(deps.plans);
  const mergeFound = createMergeStep(deps);

  const tell = async (incidentId: string) => {
    await jobs.send(queues.plan, { incidentId }, { key: incidentId });
    await deps.changed(incidentId);
  };
  const explanations = createExplanations(deps, tell);
  const diagnoseOne = async (incident: Incident, isRoutine: boolean) => {
    if ((await plansOf(database, incident.id)).some((stored) => isBusy(stored, incident))) return;
    const last = isRoutine ? await latestDiagnosis(database, incident.id) : undefined;
    if (last && repairUnderWay(deps.observation, last.diagnosis, incident.onset, clock.now())) return;
    const { fresh, explain } = await diagnoseStep(deps, incident, clock.now());
    if (explain) explanations.add(incident, explain);
    if (fresh) await tell(incident.id);
  };
  /** One after the other, beside the ticks. */
  const diagnoseNext = (incident: Incident, isRoutine: boolean) => {
    diagnosing = diagnosing
      .then(() => diagnoseOne(engine.incidents().find((one) => one.id === incident.id) ?? incident, isRoutine))
      .catch((error: unknown) =>
        log.error({ incident: incident.id, error: messageOf(error) }, "incident.diagnosis-failed"),
      );
    return diagnosing;
  };
  const diagnoseDue = (now: number) => {
    for (const incident of rounds.due(engine.incidents(), isOurs, now)) void diagnoseNext(incident, true);
  };
  const sweep = async () => {
    if (performance.now() - sweptAt < sweepEveryMs) return;
    sweptAt = performance.now();
    if (deps.chat === false) return await markAllDelivered(database, deps.observation.cluster);
    for (const incidentId of await undelivered(database, 100, deps.observation.cluster))
      await jobs.send(queues.deliver, { incidentId }, { key: incidentId, unlessWaiting: true });
  };
  const onTick = async ({ changes, active, oneCause }: TickResult, now: number) => {
    deps.record?.({ active, incidents: engine.incidents(), at: now });
    void recall(now);
    changesToKeep.forget((incident) => shards !== undefined && shards.leaseOf(incident.target) === undefined);
    await changesToKeep.take(changes, now);
    deps.keeping?.note(changesToKeep.stats.problem);
    await mergeFound(oneCause, now);
    diagnoseDue(now);
    // What another may hold by now is not ours to judge.
    await verifyStep({ ...deps, healed, symptoms }, engine.incidents().filter(isOurs), active, now);
    await sweep();
    deps.onTick?.(now);
  };

  for (const incident of engine.incidents()) {
    const last = await latestDiagnosis(database, incident.id);
    if (last) rounds.restore(incident, last.diagnosis);
  }
  await jobs.work(queues.diagnose, async (data) => {
    const { incidentId } = incidentJob.parse(data);
    const known = engine.incidents().find((one) => one.id === incidentId && one.status !== "resolved");
    if (known) return await diagnoseNext(known, false);
    // Detection does not hold what people declared.
    const stored = await getIncident(database, incidentId);
    if (stored?.cluster === deps.observation.cluster && isDeclared(stored) && stored.status !== "resolved")
      return await diagnoseNext(stored, false);
    // Whoever holds its shard does; the job comes again until it meets that watcher.
    if (stored && stored.status !== "resolved" && shards?.holds(stored.target) === false)
      throw new AppError("not-ours", "Another watcher holds this incident.", { retryable: true });
  });
  // What a predecessor left unsaid does not wait for the first tick: a process that does not live that long says it too.
  await sweep().catch((error: unknown) => log.warn({ error: messageOf(error) }, "watch.sweep-failed"));
  await watchSignals({ engine, signals: deps.signals, clock, tickMs: deps.tickMs, onTick, log, signal: deps.signal });
  await diagnosing;
  await explanations.idle();
}
