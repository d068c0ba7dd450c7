import { type AlertStore, type AlertStoreOptions, createAlertStore } from "./alert-store.ts";
import { type ClockBook, createClockBook } from "./clock-book.ts";
import { createEventStore, type EventStore } from "./event-store.ts";
import { createLogStore, type LogStore, type LogStoreOptions } from "./log-store.ts";
import { createObjectStore, type ObjectStore, type ObjectStoreOptions } from "./object-store.ts";
import { createSeriesStore, type SeriesStore, type SeriesStoreOptions } from "./series-store.ts";

/**
 * The cluster as observed so far: what detection reads and root cause analysis quotes. Bounded in every dimension.
 * Detection writes into it (`observe`); everybody else only reads.
 */
export interface Observation {
  readonly cluster: string;
  readonly objects: ObjectStore;
  readonly events: EventStore;
  readonly logs: LogStore;
  readonly alerts: AlertStore;
  /** Derived series (rates, ratios, quantiles), not raw samples. */
  readonly series: SeriesStore;
  /** Whose clocks are wrong; what is in the stores has been put right. */
  readonly clocks: ClockBook;
}

export interface ObservationOptions {
  readonly cluster: string;
  readonly objects?: ObjectStoreOptions;
  readonly logs?: LogStoreOptions;
  readonly series?: SeriesStoreOptions;
  readonly alerts?: AlertStoreOptions;
}

/** Empty stores with their own bounds; each counts what it drops. */
export function createObservation(options: ObservationOptions): Observation {
  return {
    cluster: options.cluster,
    objects: createObjectStore(options.objects),
    events: createEventStore(),
    logs: createLogStore(options.logs),
    alerts: createAlertStore(options.alerts),
    series: createSeriesStore(options.series),
    clocks: createClockBook(),
  };
}
