import type { Observation } from "../../cluster/observation.ts";
import type { Signal } from "../../cluster/signal.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { createSourceWatch } from "../blind/source-silence.ts";
import { createDeriver } from "../collect/derive/derive.ts";
import type { NamedLatencies } from "../collect/derive/metric-conventions.ts";
import { nodeStorage, workloadLookup, workloadNames } from "../collect/workload-of.ts";
import type { DetectContext, Detector, DetectorFactory, Finding, Nature } from "../detector.ts";
import { createGrouper } from "../group/group.ts";
import type { OneCause } from "../group/merges.ts";
import { fingerprintOf, type LiveAnomaly } from "../live-anomaly.ts";
import { createLogTally } from "../logs/log-tally.ts";
import { createSeasons, type Seasons } from "../metrics/seasonal-baseline.ts";
import { createDetectContext } from "./detect-context.ts";
import { type DetectionStats, statsOf } from "./detection-stats.ts";
import { createFrozenState } from "./frozen-state.ts";
import { createIntake } from "./intake.ts";
import { createLedger } from "./ledger.ts";
import { createLiveTopology } from "./live-topology.ts";
import { mayEnd } from "./may-end.ts";
import { createNodeClocks } from "./node-clocks.ts";
import { createPace } from "./pace.ts";
import { isPriceOfWork } from "./price-of-work.ts";
import { detectorFactories } from "./registry.ts";
import { ownsObject, type Share, wholeCluster } from "./share.ts";
import { type Silence, silences } from "./silence.ts";
import { createTransitions } from "./transitions.ts";

export interface DetectionEngineOptions {
  /** Written by `ingest`, read by everybody else. */
  readonly observation: Observation;
  /** Ids of new incidents. */
  readonly nextId: () => string;
  /** Time before anything counts as rare (ms). Default two hours; minutes in replay. */
  readonly learnMs?: number;
  /** Time between ticks (ms), at least the scrape interval; measured once it ticks. Default 15 s; 5 s in replay. */
  readonly tickMs?: number;
  readonly detectors?: readonly DetectorFactory[];
  /** Told what a detector has stumbled over; the others go on. */
  readonly onDetectorFailure?: (detector: string, error: unknown) => void;
  /** What is usual at each time of the day; given when captured samples are to seed it. */
  readonly seasons?: Seasons;
  /** The share of the cluster that is this process's to judge. Default all of it. */
  readonly share?: Share;
  /** Histograms of request durations that no convention tells. */
  readonly latencies?: NamedLatencies;
  /** For the words of anomalies and titles of incidents, which quote logs and events: what is kept and told of them is redacted. */
  readonly redact?: (text: string) => string;
}

/** Signals in, incidents out. Holds no timer and does no I/O: the caller owns time and calls `tick` with rising times. */
export interface DetectionEngine {
  ingest(signal: Signal): void;
  tick(now: number): {
    readonly active: readonly Anomaly[];
    readonly changes: readonly IncidentChange[];
    /** Open incidents that have turned out to be one. Told in every tick until they are merged, or it does not hold any more. */
    readonly oneCause: readonly OneCause[];
  };
  /** Makes one of two open incidents; what the part is made of goes on in the whole. */
  merge(partId: string, wholeId: string, now: number): void;
  /** Open incidents, and those resolved recently. */
  incidents(): readonly Incident[];
  /** Takes up incidents of an earlier process, before the first tick. */
  restore(incidents: readonly Incident[]): void;
  /** Takes over status changes made elsewhere (acknowledged, mitigating, resolved by a person). */
  replace(incident: Incident): void;
  /** Lets go of all incidents and anomalies that are not in its share any more; another process has them. Nothing is resolved by it. */
  release(): void;
  /** The silences and maintenance windows that hold from now on; replaces those given before. */
  suppress(silences: readonly Silence[]): void;
  /** Workloads and series as of now, for those who verify: the topology that grouping used last. */
  topology(): Topology;
  /** A source has told everything that was there at its start, and is not known to be silent: `kubernetes-watch`, `scrape:nodes`, … */
  delivers(source: string): boolean;
  readonly stats: DetectionStats;
}

/** A soft finding that has lasted this long is worth an incident of its own. */
const firmAfterMs = 90_000;
const isFirm = ({ soft, anomaly }: LiveAnomaly, now: number) => !soft || now - anomaly.detectedAt >= firmAfterMs;

/**
 * Empty until signals come; `restore` what was open before. A detector that throws is counted and told of, and the tick
 * goes on.
 */
export function createDetectionEngine(options: DetectionEngineOptions): DetectionEngine {
  const { observation } = options;
  const { objects, series } = observation;
  const pace = createPace(options.tickMs ?? 15_000);
  const learnMs = options.learnMs ?? 2 * 60 * 60_000;
  const seasons = options.seasons ?? createSeasons();
  const { share = wholeCluster } = options;
  const sources = createSourceWatch();
  const frozen = createFrozenState(sources);
  const detectors: readonly Detector[] = [
    ...(options.detectors ?? detectorFactories).map((make) => make()),
    sources.detector,
  ];
  const natures = new Map<string, Nature>(detectors.map(({ name, nature }) => [name, nature]));
  const ledger = createLedger({ clearMs: () => Math.max(20_000, 2 * pace.tickMs), redact: options.redact });
  const transitions = createTransitions({ echoMs: () => 5 * pace.tickMs });
  const topology = createLiveTopology(observation);
  const grouper = createGrouper({
    cluster: observation.cluster,
    nextId: options.nextId,
    natureOf: (detector) => natures.get(detector) ?? "failure",
  });
  const deriver = createDeriver({
    series,
    workloadOf: workloadLookup(objects),
    workloadNames: workloadNames(objects),
    nodeStorage: nodeStorage(objects),
    latencies: options.latencies,
  });
  const logs = createLogTally({
    ownerOf(namespace, pod) {
      const object = objects.find(makeRef("Pod", namespace, pod))?.object;
      return object && objects.topOwner(object);
    },
    redact: options.redact,
  });
  const clocks = createNodeClocks({
    nodeOf: (namespace, pod) => objects.get("Pod", namespace, pod)?.spec.nodeName,
    book: observation.clocks,
  });
  let tickedAt = Number.NaN;
  const intake = createIntake({
    observation,
    sources,
    deriver,
    logs,
    transitions,
    topology,
    frozen,
    clocks,
    share: options.share,
    tickedAt: () => tickedAt,
    aheadMs: () => Math.max(60_000, 4 * pace.tickMs),
  });
  let suppressed: readonly Silence[] = [];
  const ticking = { ticks: 0, lastTickMs: 0, silencedAnomalies: 0, detectorFailures: 0 };

  const contextAt = (now: number): DetectContext =>
    createDetectContext({
      now,
      observation,
      topology: () => topology.at(now),
      logs,
      watchingSince: intake.since ?? now,
      learnMs,
      tickMs: pace.tickMs,
    });

  /** Far from its recent past, and where it is every day at this time. */
  function isOfTheHour({ series: of, value }: Finding, now: number): boolean {
    return of !== undefined && value !== undefined && seasons.isUsual(of.name, of.labels, now, value);
  }

  /** Nothing new was seen; what was seen before sight was lost has grown old. */
  function isAgedOnly(detector: Detector, finding: Finding): boolean {
    return frozen.isFrozen(detector, finding) && !ledger.get(fingerprintOf(detector.name, finding));
  }

  function detect(context: DetectContext): void {
    for (const detector of detectors) {
      try {
        for (const finding of detector.detect(context))
          if (ownsObject(share, finding.target) && !isOfTheHour(finding, context.now) && !isAgedOnly(detector, finding))
            ledger.report(detector, finding, context.now);
      } catch (error) {
        // One detector that stumbles over an odd object must not blind all others; the count is a metric of its own.
        ticking.detectorFailures++;
        options.onDetectorFailure?.(detector.name, error);
      }
    }
  }

  return {
    ingest: (signal) => intake.take(signal),
    tick(now) {
      const began = performance.now();
      ticking.ticks++;
      pace.ticked(now);
      tickedAt = now;
      deriver.flush(now);
      logs.flush(now);
      transitions.update(observation, now);
      detect(contextAt(now));
      // After judging: what is usual comes from earlier days.
      seasons.learn(series);
      const ended = ledger.sweep(now, (live) =>
        mayEnd(live, { observation, transitions, sources, logs, watchingSince: intake.since ?? Number.NaN, now }),
      );
      const all = [...ledger.all()];
      const active = all.filter(({ anomaly }) => !suppressed.some((silence) => silences(silence, anomaly, now)));
      topology.readCallsOf(active);
      ticking.silencedAnomalies = all.length - active.length;
      const changes =
        active.length === 0 && ended.length === 0 && grouper.incidents().every(({ status }) => status === "resolved")
          ? []
          : grouper.advance(
              active,
              ended,
              { now, observation, topology: topology.at(now) },
              {
                // What was not seen again in this tick is on its way out.
                mayOpen: (live) =>
                  live.lastSeenAt === now &&
                  !live.fading &&
                  isFirm(live, now) &&
                  !isPriceOfWork(live, { observation, topology: topology.at(now), transitions, now }),
                settled: ({ affected }) => !affected.some((ref) => transitions.inProgress(ref)),
              },
            );
      const oneCause = active.length === 0 ? [] : grouper.oneCause({ now, observation, topology: topology.at(now) });
      ticking.lastTickMs = performance.now() - began;
      return { active: active.map(({ anomaly }) => anomaly), changes, oneCause };
    },
    incidents: () => grouper.incidents(),
    restore(incidents) {
      grouper.restore(incidents);
      for (const live of grouper.activeMembers()) ledger.adopt(live);
    },
    merge: (partId, wholeId, now) => grouper.merge(partId, wholeId, { now, observation, topology: topology.latest() }),
    replace: (incident) => grouper.replace(incident),
    release() {
      ledger.forget(({ anomaly }) => !ownsObject(share, anomaly.target));
      grouper.forget(({ target }) => !ownsObject(share, target));
    },
    suppress(list) {
      suppressed = list;
    },
    topology: () => topology.latest(),
    delivers: (source) => sources.delivers(source),
    get stats() {
      return statsOf({ observation, intake, deriver, logs, ledger, seasons, ticking });
    },
  };
}
