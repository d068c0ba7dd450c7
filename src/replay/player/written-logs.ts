import type { LogLine } from "../../cluster/signal.ts";

/** What containers of the world have written so far, as a kubelet keeps it: per container, the oldest lines rotate away. */
export interface WrittenLogs {
  push(line: LogLine): void;
  /** Lines with from <= at <= to, oldest first. */
  lines(namespace: string, pod: string, container: string, from: number, to: number): LogLine[];
  /** Hears of each further line of a container. */
  subscribe(namespace: string, pod: string, container: string, listener: (line: LogLine) => void): () => void;
  /** Forgets the containers of a pod that is gone; who listens hears nothing more. */
  forget(namespace: string, pod: string): void;
  readonly rotated: number;
}

interface Container {
  lines: LogLine[];
  readonly listeners: Set<(line: LogLine) => void>;
}

/** A kubelet keeps 10 MiB a container by default; the recorded lines have about 150 bytes. */
const maxLines = 20_000;

/** 15,000 to 20,000 lines a container; `rotated` counts what has gone. */
export function createWrittenLogs(): WrittenLogs {
  const containers = new Map<string, Container>();
  let rotated = 0;

  const containerOf = (namespace: string, pod: string, container: string): Container => {
    const key = `${namespace}/${pod}/${container}`;
    const known = containers.get(key) ?? { lines: [], listeners: new Set() };
    containers.set(key, known);
    return known;
  };

  return {
    push(line) {
      const container = containerOf(line.namespace, line.pod, line.container);
      container.lines.push(line);
      if (container.lines.length > maxLines) {
        // In blocks, so that a line costs the same whether the log is full or not.
        rotated += maxLines / 4;
        container.lines = container.lines.slice(maxLines / 4);
      }
      for (const listener of [...container.listeners]) listener(line);
    },
    lines: (namespace, pod, container, from, to) =>
      (containers.get(`${namespace}/${pod}/${container}`)?.lines ?? []).filter(
        (line) => line.at >= from && line.at <= to,
      ),
    subscribe(namespace, pod, container, listener) {
      const { listeners } = containerOf(namespace, pod, container);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forget(namespace, pod) {
      const prefix = `${namespace}/${pod}/`;
      for (const key of containers.keys()) if (key.startsWith(prefix)) containers.delete(key);
    },
    get rotated() {
      return rotated;
    },
  };
}
