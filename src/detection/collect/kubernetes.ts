import { eventTimeOf } from "../../cluster/event-store.ts";
import type { KubeEvent, KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Signal } from "../../cluster/signal.ts";
import type { Clock } from "../../lib/clock.ts";

/** How the last request of one watch went. */
export interface WatchState {
  /** As in paths: `pods`. */
  readonly resource: string;
  /** Absent: of the whole cluster. */
  readonly namespace?: string | undefined;
  /** Without it kubemend is blind; the others may be forbidden or not there at all. */
  readonly essential: boolean;
  readonly ok: boolean;
  /** HTTP; 0 when there was no answer. */
  readonly status: number;
}

/** Watches objects and events of a cluster until aborted, and survives whatever happens to its connections. */
export interface ClusterWatcher {
  watch(options: {
    /** Empty: the whole cluster. */
    readonly namespaces: readonly string[];
    readonly signal: AbortSignal;
    readonly onObject: (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;
    readonly onEvent: (event: KubeEvent) => void;
    /** Told once when everything was listed, and whenever sight is lost or won back. */
    readonly onSight: (sight: { readonly ok: boolean; readonly detail: string }) => void;
    /** Told after each request of each watch how that went. */
    readonly onWatch?: (watch: WatchState) => void;
  }): Promise<void>;
}

/** Events older than this when first seen are history, not news. */
const maxEventAgeMs = 15 * 60_000;

export interface KubernetesSourceOptions {
  readonly reader: ClusterWatcher;
  readonly clock: Clock;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  readonly namespaces?: readonly string[];
}

/** Object changes and events as signals, stamped with the time of their arrival. Ends when aborted. */
export async function kubernetesSource(options: KubernetesSourceOptions): Promise<void> {
  const { reader, clock, emit } = options;
  await reader.watch({
    namespaces: options.namespaces ?? [],
    signal: options.signal,
    onObject: (change, object) => emit({ type: "object", at: clock.now(), change, object }),
    onEvent(event) {
      const at = clock.now();
      if (at - eventTimeOf(event, at) <= maxEventAgeMs) emit({ type: "event", at, event });
    },
    onSight: ({ ok, detail }) => emit({ type: "source", at: clock.now(), source: "kubernetes-watch", ok, detail }),
  });
}
