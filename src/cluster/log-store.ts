import { createReadShare } from "./read-share.ts";
import type { LogLine } from "./signal.ts";

export interface LogStoreOptions {
  /** Lines kept for each container of each pod. */
  readonly linesPerContainer?: number;
  /** Longer lines are cut, and counted. */
  readonly maxLineChars?: number;
  /** Containers kept; the one silent for longest gives way. */
  readonly maxContainers?: number;
}

/** The recent log lines of every container, bounded. Lines of ended containers stay until others need the room. */
export interface LogStore {
  push(line: LogLine): void;
  /** Lines of a pod (all containers when none is named) with from <= at <= to, oldest first. */
  lines(query: { namespace: string; pod: string; container?: string; from?: number; to?: number }): LogLine[];
  /** Pods of a namespace that have written something that is still kept. */
  pods(namespace: string): string[];
  /** So many lines did not get here because there were too many. */
  missed(at: number, lines: number): void;
  /** Share of the lines written since then that got here, 0..1, to the minute. */
  shareRead(from: number): number;
  readonly dropped: { readonly lines: number; readonly cut: number; readonly containers: number };
}

interface Ring {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  lines: LogLine[];
  head: number;
}

/**
 * By default 2,000 lines of up to 8,192 characters for each of 2,000 containers. Everything that is left out or cut is
 * counted.
 */
export function createLogStore(options: LogStoreOptions = {}): LogStore {
  const limit = options.linesPerContainer ?? 2_000;
  const maxLineChars = options.maxLineChars ?? 8_192;
  const maxContainers = options.maxContainers ?? 2_000;
  const rings = new Map<string, Ring>();
  const dropped = { lines: 0, cut: 0, containers: 0 };
  const reading = createReadShare();

  return {
    push(line) {
      reading.read(line.at);
      const key = `${line.namespace}/${line.pod}/${line.container}`;
      let ring = rings.get(key);
      if (ring) {
        // Re-inserting keeps the map ordered by last use, so the first key is the one silent for longest.
        if (rings.size > maxContainers / 2) {
          rings.delete(key);
          rings.set(key, ring);
        }
      } else {
        ring = { namespace: line.namespace, pod: line.pod, container: line.container, lines: [], head: 0 };
        rings.set(key, ring);
        if (rings.size > maxContainers) {
          const oldest = rings.keys().next().value;
          if (oldest !== undefined) rings.delete(oldest);
          dropped.containers++;
        }
      }
      let kept = line;
      if (line.line.length > maxLineChars) {
        kept = { ...line, line: line.line.slice(0, maxLineChars) };
        dropped.cut++;
      }
      if (ring.lines.length < limit) ring.lines.push(kept);
      else {
        ring.lines[ring.head] = kept;
        ring.head = (ring.head + 1) % limit;
        dropped.lines++;
      }
    },
    lines({ namespace, pod, container, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) {
      const found: LogLine[] = [];
      for (const ring of rings.values()) {
        if (ring.namespace !== namespace || ring.pod !== pod) continue;
        if (container !== undefined && ring.container !== container) continue;
        for (let i = 0; i < ring.lines.length; i++) {
          const line = ring.lines[(ring.head + i) % ring.lines.length];
          if (line && line.at >= from && line.at <= to) found.push(line);
        }
      }
      return found.sort((a, b) => a.at - b.at);
    },
    pods(namespace) {
      const names = new Set<string>();
      for (const ring of rings.values()) if (ring.namespace === namespace) names.add(ring.pod);
      return [...names];
    },
    missed: (at, lines) => reading.missed(at, lines),
    shareRead: (from) => reading.share(from),
    dropped,
  };
}
