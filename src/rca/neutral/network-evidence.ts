import { type NormalWindow, usualRange, windowsFor } from "./normal-times.ts";
import { minRequests, type Profile } from "./profile.ts";
import { quantile } from "./statistics.ts";

export interface NetworkFault {
  /** 0..1: share of the slowed edges that touch the entity, times the share of its edges that slowed. */
  readonly strength: number;
  readonly text: string;
}

/** Of the edges of a case this share is taken as untouched by its fault: seldom does one node stand at three of four edges. */
const calmShare = 0.25;

/** Fewer edges cannot tell what is common among them. */
const minPeers = 4;

interface Edge {
  readonly caller: string;
  readonly callee: string;
  /** 0..1: how far the gap is beyond usual. */
  readonly grown: number;
  readonly text: string;
}

/** What a call of this system waits outside its callee where nothing is wrong, seconds. */
function calmGap(now: Profile): number {
  const gaps = [...now.gaps.values()].flatMap((callees) =>
    [...callees.values()].flatMap(({ calls, medianSeconds }) =>
      calls >= minRequests && medianSeconds >= 0 ? [medianSeconds] : [],
    ),
  );
  return gaps.length >= minPeers ? quantile(gaps, calmShare) : Number.NaN;
}

function edgesOf(now: Profile, normal: readonly NormalWindow[]): readonly Edge[] {
  const edges: Edge[] = [];
  const calm = calmGap(now);
  for (const [caller, callees] of now.gaps) {
    for (const [callee, gap] of callees) {
      if (gap.calls < minRequests || !(gap.medianSeconds >= 0)) continue;
      // An edge is spoiled by an incident at either end of it.
      const past = windowsFor(normal, caller, callee).flatMap((profile) => {
        const same = profile.gaps.get(caller)?.get(callee);
        return same && same.calls >= minRequests ? [same.medianSeconds] : [];
      });
      const usual = usualRange(past);
      // An edge that was not seen before is held against the other edges of the case.
      const high = Math.max(0, usual?.high ?? 0, calm || 0);
      if (!(high > 0)) continue;
      const ratio = Math.max(0, gap.medianSeconds - high) / (high + (calm || 0));
      const ms = (seconds: number) => `${(seconds * 1_000).toFixed(1)} ms`;
      const compared = usual ? `usually at most ${ms(usual.high)}` : `where nothing is wrong ${ms(calm)}`;
      const text = `calls ${caller} -> ${callee} wait ${ms(gap.medianSeconds)} outside the callee (median of ${gap.calls}), ${compared}`;
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
