import type { ClusterWatcher, WatchState } from "../../detection/collect/kubernetes.ts";

export interface WatchBook {
  /** The same reader; what becomes of its watches is written down. */
  noted<Reader extends ClusterWatcher>(reader: Reader): Reader;
  /** As the last request of each went. */
  readonly states: readonly WatchState[];
  /** Requests that failed, by resource and status. */
  readonly failures: readonly { readonly resource: string; readonly status: number; readonly count: number }[];
}

const keyOf = ({ resource, namespace = "" }: WatchState) => `${resource} ${namespace}`;

/** Keeps how the watches on the API server stand. There are as many as kinds, or kinds and namespaces: a few hundred. */
export function createWatchBook(): WatchBook {
  const states = new Map<string, WatchState>();
  const failures = new Map<string, { readonly resource: string; readonly status: number; count: number }>();
  const note = (watch: WatchState) => {
    states.set(keyOf(watch), watch);
    if (watch.ok) return;
    const { resource, status } = watch;
    const known = failures.get(`${resource} ${status}`);
    if (known) known.count++;
    else failures.set(`${resource} ${status}`, { resource, status, count: 1 });
  };
  return {
    noted: (reader) => ({ ...reader, watch: (options) => reader.watch({ ...options, onWatch: note }) }),
    get states() {
      return [...states.values()];
    },
    get failures() {
      return [...failures.values()];
    },
  };
}
