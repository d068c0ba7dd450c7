import { behaviourEvidence } from "./behaviour-evidence.ts";
import { combine, type Ranked, type Source } from "./combine.ts";
import type { PastCase } from "./history.ts";
import { type MetricContext, type MetricShift, resourceEvidence, starvedCallees } from "./metric-evidence.ts";
import { networkEvidence } from "./network-evidence.ts";
import type { NeutralCase } from "./neutral-case.ts";
import type { NormalWindow } from "./normal-times.ts";
import { type Profile, profileOf, profileOfAll } from "./profile.ts";
import { alertDimension, requestExcess } from "./request-excess.ts";
import { requestsOf } from "./requests.ts";

export interface NeutralResult {
  readonly ranking: readonly Ranked[];
  readonly changes?: readonly { readonly id: string; readonly score: number }[];
  readonly notes: readonly string[];
}

const saturate = (ratio: number) => ratio / (1 + ratio);

const fromShifts = (name: string, shifts: ReadonlyMap<string, MetricShift>): Source => ({
  name,
  found: new Map(
    [...shifts].map(([entity, { ratio, text }]) => [entity, { amount: ratio, strength: saturate(ratio), text }]),
  ),
});

function traceSources(input: NeutralCase, normal: readonly NormalWindow[]): readonly Source[] {
  const requests = requestsOf(input.telemetry);
  if (requests.length === 0) return [];
  const { from } = input.window;
  const before: NormalWindow = { profile: profileOf(requests, Number.NEGATIVE_INFINITY, from) };
  const windows = normal.length > 0 ? normal : [before];
  const now = profileOf(requests, from, Number.POSITIVE_INFINITY);
  const behaviour = behaviourEvidence(requests, now, windows, from);
  const network = networkEvidence(now, windows);
  return [
    {
      name: "behaviour",
      found: new Map(
        [...behaviour].map(([entity, { unexplained, strength, text }]) => [
          entity,
          { amount: unexplained, strength, text },
        ]),
      ),
    },
    {
      name: "network",
      found: new Map(
        [...network].map(([entity, { strength, text }]) => [entity, { amount: strength, strength, text }]),
      ),
    },
  ];
}

function excessSource(input: NeutralCase): Source {
  const dimension = alertDimension(input.alert.metric);
  const excess = dimension && input.edges.length > 0 ? requestExcess(input, dimension) : new Map<string, never>();
  return {
    name: "excess",
    found: new Map(
      [...excess].map(([entity, { unexplained, text }]) => [entity, { amount: unexplained, strength: 1, text }]),
    ),
  };
}

function edgesIn(profile: Profile): readonly (readonly [string, string])[] {
  return [...profile.gaps].flatMap(([caller, callees]) =>
    [...callees.keys()].map((callee) => [caller, callee] as const),
  );
}

/** Ranks the candidates of a case. Pure: everything it knows is in its arguments. */
export function rankCase(input: NeutralCase, history: readonly PastCase[]): NeutralResult {
  const earlier = history.filter((past) => past.id !== input.id);
  const normal: NormalWindow[] = earlier.flatMap((past) => past.windows);
  if (input.baselineTelemetry) normal.push({ profile: profileOfAll(input.baselineTelemetry) });
  const context: MetricContext = {
    input,
    incidentsOf: (entity) => earlier.flatMap(({ incident }) => (incident.entity === entity ? [incident] : [])),
    pastSeries: (entity, metric) => earlier.flatMap((past) => past.metrics.get(entity)?.get(metric) ?? []),
  };
  const edges = new Map(
    [...input.edges, ...normal.flatMap((window) => edgesIn(window.profile))].map((edge) => [edge.join("\t"), edge]),
  );
  const excess = excessSource(input);
  const sources = [excess, ...traceSources(input, normal), fromShifts("resource", resourceEvidence(context))];
  // Spans and request losses show directly where requests stop; only without both is it worth inferring.
  if (input.telemetry.spans.length === 0 && excess.found.size === 0)
    sources.push(fromShifts("starved", starvedCallees(context, [...edges.values()])));
  return { ranking: combine(input.candidates, sources), notes: input.notes };
}
