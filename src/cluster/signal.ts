import type { Alert } from "./alert-store.ts";
import type { KubeEvent, KubeObject } from "./kubernetes-types.ts";
import type { DerivedSeriesName } from "./series-names.ts";

/** One raw time series as a target exposes it; interned by its source, so that identity can be used as a key. */
export interface RawSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Sample {
  readonly series: RawSeries;
  /** As exposed; counters are not rated. */
  readonly value: number;
  /** When the target measured it (ms). */
  readonly at: number;
}

/** One point of a derived series, worked out by its source: by a Prometheus, or by an application about itself. */
export interface DerivedPoint {
  readonly name: DerivedSeriesName;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: number;
  readonly value: number;
}

/**
 * One line as the container has written it: raw, without its end; cut where it is very long. `at` (unix ms) is the time
 * that the kubelet or the sender gave it.
 */
export interface LogLine {
  readonly at: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly line: string;
}

/** What arrives from a cluster, in order of arrival. The text inside is hostile. */
export type Signal =
  | {
      readonly type: "object";
      readonly at: number;
      readonly change: "ADDED" | "MODIFIED" | "DELETED";
      readonly object: KubeObject;
    }
  | { readonly type: "event"; readonly at: number; readonly event: KubeEvent }
  | { readonly type: "log"; readonly at: number; readonly line: LogLine }
  /** So many lines were written that nobody could read them: there were too many. */
  | { readonly type: "log-loss"; readonly at: number; readonly lines: number }
  | {
      readonly type: "samples";
      readonly at: number;
      readonly samples: readonly Sample[];
      /** Nobody asked for them: they are no proof that metrics can be had. */
      readonly delivered?: true;
    }
  | {
      readonly type: "derived";
      readonly at: number;
      readonly source: "prometheus" | "health";
      readonly points: readonly DerivedPoint[];
    }
  /** `group`: whose notification named it; absent when the sender does not say. */
  | { readonly type: "alert"; readonly at: number; readonly alert: Alert; readonly group?: string }
  /** A group's notification was complete: of its alerts, these are all that are told of now. */
  | {
      readonly type: "alert-group";
      readonly at: number;
      readonly group: string;
      readonly fingerprints: readonly string[];
    }
  /** A source has begun to ask for metrics, or has all answers that it will get. */
  | { readonly type: "asking"; readonly at: number; readonly source: string; readonly underWay: boolean }
  /** A source stopped or started delivering: `kubernetes-watch`, `scrape:pods`, `logs`, `prometheus`. */
  | {
      readonly type: "source";
      readonly at: number;
      readonly source: string;
      readonly ok: boolean;
      readonly detail: string;
    };
