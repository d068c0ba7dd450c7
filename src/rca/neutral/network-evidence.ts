import { type NormalWindow, usualRange, windowsFor } from "./normal-times.ts";
import { minRequests, type Profile } from "./profile.ts";

export interface NetworkFault {
  /** 0..1: share of the slowed edges that touch the entity, times the share of its edges that slowed. */
  readonly strength: number;
  readonly text: string;
}

/** Waiting below this is not worth a word; also keeps the ratio of two tiny times in bounds. Seconds. */
const floorSeconds = 0.002;

interface Edge {
  readonly caller: string;
  readonly callee: string;
  /** 0..1: how far the gap is beyond usual. */
  readonly grown: number;
  readonly text: string;
}

function edgesOf(now: Profile, normal: readonly NormalWindow[]): readonly Edge[] {
  const edges: Edge[] = [];
  for (const [caller, callees] of now.gaps) {
    for (const [callee, gap] of callees) {
      if (gap.calls < minRequests || !(gap.medianSeconds >= 0)) continue;
      // An edge is spoiled by an incident at either end of it.
      const usable = windowsFor(
        normal.filter((window) => window.except !== caller),
        callee,
      );
      const past = usable.flatMap((profile) => {
        const same = profile.gaps.get(caller)?.get(callee);
        return same && same.calls >= minRequests ? [same.medianSeconds] : [];
      });
      const usual = usualRange(past);
      if (!usual) continue;
      const ratio = Math.max(0, gap.medianSeconds - usual.high) / (Math.max(0, usual.high) + floorSeconds);
      const ms = (seconds: number) => `${(seconds * 1_000).toFixed(1)} ms`;
      const text = `calls ${caller} -> ${callee} wait ${ms(gap.medianSeconds)} outside the callee (median of ${gap.calls}), usually at most ${ms(usual.high)}`;
      edges.push({ caller, callee, grown: ratio / (1 + ratio), text });
    }
  }
  return edges;
}

/** A slow network shows between the client's clock and the server's; it sits where all edges of a node grew. */
export function networkEvidence(now: Profile, normal: readonly NormalWindow[]): ReadonlyMap<string, NetworkFault> {
  const edges = edgesOf(now, normal);
  const total = edges.reduce((sum, edge) => sum + edge.grown, 0);
  const found = new Map<string, NetworkFault>();
  if (total <= 0) return found;
  for (const entity of new Set(edges.flatMap((edge) => [edge.caller, edge.callee]))) {
    const adjacent = edges.filter((edge) => edge.caller === entity || edge.callee === entity);
    const grown = adjacent.reduce((sum, edge) => sum + edge.grown, 0);
    const worst = adjacent.reduce((best, edge) => (edge.grown > best.grown ? edge : best));
    if (worst.grown <= 0) continue;
    found.set(entity, { strength: (grown / adjacent.length) * (grown / total) * worst.grown, text: worst.text });
  }
  return found;
}
