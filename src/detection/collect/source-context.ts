import type { Signal } from "../../cluster/signal.ts";
import type { Clock } from "../../lib/clock.ts";
import type { KnownPods } from "./known-pods.ts";

/** What every source is given. */
export interface SourceContext {
  readonly clock: Clock;
  readonly known: KnownPods;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  readonly namespaces: readonly string[];
  /** Whose logs and metrics are to be read now; others' may begin or end at any time. */
  readonly reads?: (namespace: string) => boolean;
  /** Signals that can still be taken before old ones are thrown away. */
  readonly room: () => number;
}
