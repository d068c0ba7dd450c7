import type { Observation } from "../../cluster/observation.ts";
import type { LogLine, Signal } from "../../cluster/signal.ts";
import { buildTopology, type Topology } from "../../cluster/topology.ts";
import { wholeObject } from "../../cluster/whole-object.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { makeRef, type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { createSourceWatch } from "../blind/source-silence.ts";
import { createDeriver } from "../collect/derive/derive.ts";
import { workloadLookup, workloadNames } from "../collect/workload-of.ts";
import type { DetectContext, Detector, DetectorFactory, Finding, Nature } from "../detector.ts";
import { createGrouper } from "../group/group.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { createLogTally } from "../logs/log-tally.ts";
import { createSeasons, type Seasons } from "../metrics/seasonal-baseline.ts";
import { createDetectContext } from "./detect-context.ts";
import { createLedger } from "./ledger.ts";
import { mayEnd } from "./may-end.ts";
import { createPace } from "./pace.ts";
import { detectorFactories } from "./registry.ts";
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
  /** What is usual at each time of the day; given when captured samples are to seed it. */
  readonly seasons?: Seasons;
  /** The share of the cluster that is this process's to judge. Default all of it. */
  readonly share?: Share;
}

/** A part of the cluster, by namespace; undefined stands for what lies in none. Asked anew each time: shares change hands. */
export interface Share {
  /** Findings about it are this process's to report. */
  owns(namespace: string | undefined): boolean;
  /** Its logs and metrics are read, so that they are known when it is to be judged. */
  reads(namespace: string): boolean;
}

const whole: Share = { owns: () => true, reads: () => true };

export interface DetectionStats {
  readonly ticks: number;
  readonly signals: number;
  readonly logLines: number;
  /** Of those, lines of a clock that is ahead; they count as written now. */
  readonly logLinesAhead: number;
  /** Of those, lines that detection has not looked at: their pod is not known (yet), or there are too many workloads. */
  readonly logLinesUnread: number;
  readonly samples: number;
  readonly series: number;
  readonly activeAnomalies: number;
  readonly droppedAnomalies: number;
  readonly silencedAnomalies: number;
  readonly detectorFailures: number;
  readonly lastTickMs: number;
  readonly samplesDropped: {
    readonly stale: number;
    readonly notFinite: number;
    readonly wrongTime: number;
    readonly refusedSeries: number;
    readonly refusedGroups: number;
  };
  /** Points of derived series that were late, doubled or no number, and series beyond the bound. */
  readonly pointsDropped: { readonly stale: number; readonly notFinite: number; readonly series: number };
  /** Lines that lost their end because they were too long, and lines that gave way to newer ones. */
  readonly linesCut: number;
  readonly linesDropped: number;
  readonly templatesDropped: number;
  readonly eventsDropped: number;
  /** Objects and events that lack what their kind must have. */
  readonly objectsMalformed: number;
  /** Series whose day is known, and how often one found no place. */
  readonly seasons: Seasons["stats"];
}

/** Signals in, incidents out. Holds no timer and does no I/O: the caller owns time and calls `tick` with rising times. */
export interface DetectionEngine {
  ingest(signal: Signal): void;
  tick(now: number): { readonly active: readonly Anomaly[]; readonly changes: readonly IncidentChange[] };
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

/** Objects change all the time; a topology this old is still good for grouping. */
const topologyMaxAgeMs = 60_000;
/** Where no series tells who calls whom, failing calls do, in the log of who makes them: so many newest lines a pod, so far back (ms), of so many workloads. */
const callLines = 60;
const callLinesMs = 5 * 60_000;
const maxMute = 200;
const callMetrics = ["client_requests_per_second", "client_latency_mean_seconds"] as const;

export function createDetectionEngine(options: DetectionEngineOptions): DetectionEngine {
  const { observation } = options;
  const { objects, events, logs, series } = observation;
  const pace = createPace(options.tickMs ?? 15_000);
  const learnMs = options.learnMs ?? 2 * 60 * 60_000;
  const seasons = options.seasons ?? createSeasons();
  const { share = whole } = options;
  const isOurs = (ref: ObjectRef) => share.owns(ref.kind === "Namespace" ? ref.name : ref.namespace);
  const isRead = (labels: Readonly<Record<string, string>>) => {
    const { namespace } = labels;
    return namespace === undefined || namespace === "" || share.reads(namespace);
  };
  const sources = createSourceWatch();
  const detectors: readonly Detector[] = [
    ...(options.detectors ?? detectorFactories).map((make) => make()),
    sources.detector,
  ];
  const natures = new Map<string, Nature>(detectors.map(({ name, nature }) => [name, nature]));
  const ledger = createLedger({ clearMs: () => Math.max(20_000, 2 * pace.tickMs) });
  const transitions = createTransitions({ echoMs: () => 5 * pace.tickMs });
  const grouper = createGrouper({
    cluster: observation.cluster,
    nextId: options.nextId,
    natureOf: (detector) => natures.get(detector) ?? "failure",
  });
  const deriver = createDeriver({
    series,
    workloadOf: workloadLookup(objects),
    workloadNames: workloadNames(objects),
  });
  const tally = createLogTally({
    ownerOf(namespace, pod) {
      const object = objects.find(makeRef("Pod", namespace, pod))?.object;
      return object && objects.topOwner(object);
    },
  });
  let suppressed: readonly Silence[] = [];
  let watchingSince = Number.NaN;
  let tickedAt = Number.NaN;
  let topology: { readonly at: number; readonly built: Topology } | undefined;
  let objectsChanged = false;
  /** Workloads whose log shows trouble and of which no series tells whom they call. */
  let mute: ReadonlySet<string> = new Set();
  const counts = {
    ticks: 0,
    signals: 0,
    logLines: 0,
    logLinesAhead: 0,
    samples: 0,
    malformed: 0,
    silenced: 0,
    failures: 0,
    lastTickMs: 0,
  };

  function currentTopology(now: number): Topology {
    if (!topology || (objectsChanged && now !== topology.at) || now - topology.at > topologyMaxAgeMs) {
      topology = {
        at: now,
        built: buildTopology(observation, {
          logLinesPerPod: mute.size > 0 ? callLines : 0,
          logsSince: now - callLinesMs,
          logsOf: (workload) => mute.has(refKey(workload)),
        }),
      };
      objectsChanged = false;
    }
    return topology.built;
  }

  /** Before grouping: a log in trouble may be all that tells whose trouble it is. */
  function readCalls(active: readonly LiveAnomaly[]): void {
    const next = new Set<string>();
    for (const { anomaly } of active) {
      if (anomaly.family !== "log" || next.size >= maxMute) continue;
      const { target } = anomaly;
      const labels = { namespace: target.namespace ?? "", workload: target.name };
      if (callMetrics.every((name) => series.select(name, labels).length === 0)) next.add(refKey(target));
    }
    if (next.size === 0 || [...next].every((key) => mute.has(key))) return;
    // Who is well again keeps what its log has told, until nobody is in trouble.
    mute = new Set([...mute, ...next]);
    topology = undefined;
  }

  /** A line of the future would keep its trouble alive until then. */
  function takeLine(line: LogLine): void {
    const isAhead = line.at > tickedAt + Math.max(60_000, 4 * pace.tickMs);
    if (isAhead) counts.logLinesAhead++;
    const taken = isAhead ? { ...line, at: tickedAt } : line;
    logs.push(taken);
    tally.take(taken);
  }

  const contextAt = (now: number): DetectContext =>
    createDetectContext({
      now,
      observation,
      topology: () => currentTopology(now),
      logs: tally,
      watchingSince: Number.isNaN(watchingSince) ? now : watchingSince,
      learnMs,
      tickMs: pace.tickMs,
    });

  /** Errors while a rollout is under way are its price; they open an incident only when they outlast it. */
  function isPriceOfWork(live: LiveAnomaly, now: number): boolean {
    if (live.nature !== "symptom") return false;
    const built = currentTopology(now);
    const concerned = [live.anomaly.target, live.anomaly.seenOn].filter((ref): ref is ObjectRef => ref !== undefined);
    return concerned.some((ref) => {
      const own = ref.kind === "Service" ? built.workloadsBehind(ref) : [ref];
      return own.some(
        (workload) =>
          transitions.settling(workload, now) ||
          built.dependenciesOf(workload).some((dependency) => transitions.settling(dependency, now)),
      );
    });
  }

  /** Far from its recent past, and where it is every day at this time. */
  function isOfTheHour({ series: of, value }: Finding, now: number): boolean {
    return of !== undefined && value !== undefined && seasons.isUsual(of.name, of.labels, now, value);
  }

  function detect(context: DetectContext): void {
    for (const detector of detectors) {
      try {
        for (const finding of detector.detect(context))
          if (isOurs(finding.target) && !isOfTheHour(finding, context.now))
            ledger.report(detector, finding, context.now);
      } catch {
        // One detector that stumbles over an odd object must not blind all others; the count is a metric of its own.
        counts.failures++;
      }
    }
  }

  return {
    ingest(signal) {
      counts.signals++;
      if (Number.isNaN(watchingSince)) watchingSince = signal.at;
      switch (signal.type) {
        case "object": {
          const object = wholeObject(signal.object);
          if (!object) {
            counts.malformed++;
            break;
          }
          objects.apply(signal.change, object, signal.at);
          if (signal.change !== "DELETED") transitions.observe(object, signal.at);
          objectsChanged = true;
          break;
        }
        case "event": {
          const event = wholeObject(signal.event, "Event");
          if (event) events.push(event, signal.at);
          else counts.malformed++;
          break;
        }
        case "log":
          if (!share.reads(signal.line.namespace)) break;
          counts.logLines++;
          takeLine(signal.line);
          break;
        case "log-loss":
          logs.missed(signal.at, signal.lines);
          break;
        case "samples":
          counts.samples += signal.samples.length;
          if (signal.samples.length > 0 && !signal.delivered) sources.sampled(signal.at);
          deriver.take(
            options.share ? signal.samples.filter(({ series: of }) => isRead(of.labels)) : signal.samples,
            signal.at,
          );
          break;
        case "derived":
          counts.samples += signal.points.length;
          // What applications say about themselves is no proof that metrics arrive.
          if (signal.source === "prometheus") sources.sampled(signal.at);
          for (const { name, labels, at, value } of signal.points)
            if (isRead(labels)) series.push(name, labels, at, value);
          break;
        case "alert":
          observation.alerts.apply(signal.alert, signal.at);
          break;
        case "asking":
          sources.asking(signal.source, signal.underWay);
          break;
        case "source":
          sources.report(signal.source, signal.ok, signal.detail, signal.at);
          break;
      }
    },
    tick(now) {
      const began = performance.now();
      counts.ticks++;
      pace.ticked(now);
      tickedAt = now;
      deriver.flush(now);
      tally.flush(now);
      transitions.update(observation, now);
      const context = contextAt(now);
      detect(context);
      // After judging: what is usual comes from earlier days.
      seasons.learn(series);
      const ended = ledger.sweep(now, (live) =>
        mayEnd(live, { observation, transitions, sources, logs: tally, watchingSince, now }),
      );
      const all = [...ledger.all()];
      const active = all.filter(({ anomaly }) => !suppressed.some((silence) => silences(silence, anomaly, now)));
      if (active.length === 0) mute = new Set();
      else readCalls(active);
      counts.silenced = all.length - active.length;
      const changes =
        active.length === 0 && ended.length === 0 && grouper.incidents().every(({ status }) => status === "resolved")
          ? []
          : grouper.advance(
              active,
              ended,
              { now, observation, topology: currentTopology(now) },
              {
                // What was not seen again in this tick is on its way out.
                mayOpen: (live) =>
                  live.lastSeenAt === now && !live.fading && isFirm(live, now) && !isPriceOfWork(live, now),
                settled: ({ affected }) => !affected.some((ref) => transitions.inProgress(ref)),
              },
            );
      counts.lastTickMs = performance.now() - began;
      return { active: active.map(({ anomaly }) => anomaly), changes };
    },
    incidents: () => grouper.incidents(),
    restore(incidents) {
      grouper.restore(incidents);
      for (const live of grouper.activeMembers()) ledger.adopt(live);
    },
    replace: (incident) => grouper.replace(incident),
    release() {
      ledger.forget(({ anomaly }) => !isOurs(anomaly.target));
      grouper.forget(({ target }) => !isOurs(target));
    },
    suppress(list) {
      suppressed = list;
    },
    topology: () => currentTopology(topology?.at ?? 0),
    delivers: (source) => sources.delivers(source),
    get stats() {
      const { rawSeries: _rawSeries, ...samplesDropped } = deriver.stats;
      return {
        ticks: counts.ticks,
        signals: counts.signals,
        logLines: counts.logLines,
        logLinesAhead: counts.logLinesAhead,
        logLinesUnread: tally.stats.unreadLines,
        samples: counts.samples,
        series: series.size,
        activeAnomalies: ledger.size,
        droppedAnomalies: ledger.dropped,
        silencedAnomalies: counts.silenced,
        detectorFailures: counts.failures,
        lastTickMs: counts.lastTickMs,
        samplesDropped,
        pointsDropped: { ...series.dropped },
        linesCut: logs.dropped.cut,
        linesDropped: logs.dropped.lines,
        templatesDropped: tally.stats.droppedTemplates,
        eventsDropped: events.dropped,
        objectsMalformed: counts.malformed,
        seasons: seasons.stats,
      };
    },
  };
}
