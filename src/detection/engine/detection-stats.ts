import type { Observation } from "../../cluster/observation.ts";
import type { Deriver } from "../collect/derive/derive.ts";
import type { LogTally } from "../logs/log-tally.ts";
import type { Seasons } from "../metrics/seasonal-baseline.ts";
import type { Intake } from "./intake.ts";
import type { Ledger } from "./ledger.ts";

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
  /** Kinds in namespaces of which it is not known any more when something came last. */
  readonly placesForgotten: number;
  /** Series whose day is known, and how often one found no place. */
  readonly seasons: Seasons["stats"];
}

/** What the parts of an engine have counted, as one. */
export function statsOf(parts: {
  readonly observation: Observation;
  readonly intake: Intake;
  readonly deriver: Deriver;
  readonly logs: LogTally;
  readonly ledger: Ledger;
  readonly seasons: Seasons;
  readonly ticking: Pick<DetectionStats, "ticks" | "lastTickMs" | "silencedAnomalies" | "detectorFailures">;
}): DetectionStats {
  const { intake, deriver, ledger } = parts;
  const { series, logs, events } = parts.observation;
  const { malformed, ...taken } = intake.counts;
  const { rawSeries: _rawSeries, ...samplesDropped } = deriver.stats;
  return {
    ...parts.ticking,
    ...taken,
    logLinesUnread: parts.logs.stats.unreadLines,
    series: series.size,
    activeAnomalies: ledger.size,
    droppedAnomalies: ledger.dropped,
    samplesDropped,
    pointsDropped: { ...series.dropped },
    linesCut: logs.dropped.cut,
    linesDropped: logs.dropped.lines,
    templatesDropped: parts.logs.stats.droppedTemplates,
    eventsDropped: events.dropped,
    objectsMalformed: malformed,
    seasons: parts.seasons.stats,
  };
}
