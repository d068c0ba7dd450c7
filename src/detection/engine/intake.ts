import type { Observation } from "../../cluster/observation.ts";
import type { LogLine, Signal } from "../../cluster/signal.ts";
import { wholeObject } from "../../cluster/whole-object.ts";
import type { SourceWatch } from "../blind/source-silence.ts";
import type { Deriver } from "../collect/derive/derive.ts";
import type { LogTally } from "../logs/log-tally.ts";
import type { FrozenState } from "./frozen-state.ts";
import type { LiveTopology } from "./live-topology.ts";
import type { NodeClocks } from "./node-clocks.ts";
import { readsSeries, type Share, wholeCluster } from "./share.ts";
import type { Transitions } from "./transitions.ts";

export interface IntakeDeps {
  readonly observation: Observation;
  readonly sources: SourceWatch;
  readonly deriver: Deriver;
  readonly logs: LogTally;
  readonly transitions: Transitions;
  readonly topology: LiveTopology;
  readonly frozen: Pick<FrozenState, "arrived">;
  readonly clocks: NodeClocks;
  readonly share: Share | undefined;
  /** Time of the last tick (ms); NaN before the first. */
  readonly tickedAt: () => number;
  /** Lines so much later (ms) are of a clock that is ahead. */
  readonly aheadMs: () => number;
}

/** What comes in between ticks. */
export interface Intake {
  take(signal: Signal): void;
  /** Time of the first signal (ms); undefined before it. */
  readonly since: number | undefined;
  readonly counts: {
    readonly signals: number;
    readonly logLines: number;
    readonly logLinesAhead: number;
    readonly samples: number;
    readonly malformed: number;
    /** Kinds in namespaces of which it is not known any more when something came last. */
    readonly placesForgotten: number;
  };
}

/** Puts every signal where detectors look for it, and counts what cannot be used. */
export function createIntake(deps: IntakeDeps): Intake {
  const { observation, sources, deriver, transitions, topology, clocks } = deps;
  const { objects, events, logs, series } = observation;
  const share = deps.share ?? wholeCluster;
  const counts = { signals: 0, logLines: 0, logLinesAhead: 0, samples: 0, malformed: 0, placesForgotten: 0 };
  let since: number | undefined;

  /** A line of the future would keep its trouble alive until then. */
  function takeLine(line: LogLine): void {
    const tickedAt = deps.tickedAt();
    const isAhead = line.at > tickedAt + deps.aheadMs();
    if (isAhead) counts.logLinesAhead++;
    const taken = isAhead ? { ...line, at: tickedAt } : line;
    logs.push(taken);
    deps.logs.take(taken);
  }

  return {
    take(signal) {
      counts.signals++;
      since ??= signal.at;
      switch (signal.type) {
        case "object": {
          const whole = wholeObject(signal.object);
          if (!whole) {
            counts.malformed++;
            break;
          }
          const object = clocks.object(whole, signal.at);
          objects.apply(signal.change, object, signal.at);
          if (deps.frozen.arrived(object, signal.at)) counts.placesForgotten++;
          if (signal.change !== "DELETED") transitions.observe(object, signal.at);
          topology.objectsChanged();
          break;
        }
        case "event": {
          const event = wholeObject(signal.event, "Event");
          if (event) events.push(clocks.event(event, signal.at), signal.at);
          else counts.malformed++;
          break;
        }
        case "log":
          if (!share.reads(signal.line.namespace)) break;
          counts.logLines++;
          takeLine(clocks.line(signal.line, signal.at));
          break;
        case "log-loss":
          logs.missed(signal.at, signal.lines);
          break;
        case "samples": {
          counts.samples += signal.samples.length;
          if (signal.samples.length > 0 && !signal.delivered) sources.sampled(signal.at);
          const samples = clocks.samples(signal.samples, signal.at);
          deriver.take(
            // Where everything is ours, a page of samples is not copied.
            deps.share ? samples.filter(({ series: of }) => readsSeries(share, of.labels)) : samples,
            signal.at,
          );
          break;
        }
        case "derived":
          counts.samples += signal.points.length;
          // What applications say about themselves is no proof that metrics arrive.
          if (signal.source === "prometheus") sources.sampled(signal.at);
          for (const { name, labels, at, value } of signal.points)
            if (readsSeries(share, labels)) series.push(name, labels, at, value);
          break;
        case "alert":
          observation.alerts.apply(signal.alert, signal.at, signal.group);
          break;
        case "alert-group":
          observation.alerts.settle(signal.group, new Set(signal.fingerprints), signal.at);
          break;
        case "asking":
          sources.asking(signal.source, signal.underWay);
          break;
        case "source":
          sources.report(signal.source, signal.ok, signal.detail, signal.at);
          break;
      }
    },
    get since() {
      return since;
    },
    counts,
  };
}
