import { isKind, type Pod } from "../../cluster/kubernetes-types.ts";
import type { Signal } from "../../cluster/signal.ts";

/** The pods and nodes that exist, as far as the watch has told. What scraping and log following go by. */
export interface KnownPods {
  apply(signal: Signal): void;
  /** Sorted by namespace and name. */
  pods(): Pod[];
  nodes(): string[];
  /** Hears of each change of a pod; `undefined` when it is gone. */
  onChange(listener: (key: string, pod: Pod | undefined) => void): () => void;
}

/**
 * Holds whole pods, as many as there are: they go with the DELETED of the watch. Calling what `onChange` gives ends it.
 */
export function createKnownPods(): KnownPods {
  const pods = new Map<string, Pod>();
  const nodes = new Set<string>();
  const listeners = new Set<(key: string, pod: Pod | undefined) => void>();

  return {
    apply(signal) {
      if (signal.type !== "object") return;
      const { change, object } = signal;
      if (isKind(object, "Node")) {
        if (change === "DELETED") nodes.delete(object.metadata.name);
        else nodes.add(object.metadata.name);
      }
      if (!isKind(object, "Pod")) return;
      const key = podKey(object);
      if (change === "DELETED") pods.delete(key);
      else pods.set(key, object);
      for (const listener of [...listeners]) listener(key, change === "DELETED" ? undefined : object);
    },
    pods: () => [...pods].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pod]) => pod),
    nodes: () => [...nodes].sort(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `namespace/name`. A pod that is made anew under its name, as StatefulSets do, has the same key and another uid. */
export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
