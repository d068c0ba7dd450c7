import { behaviourEvidence } from "./behaviour-evidence.ts";
import { type RankedChange, rankChanges } from "./change-evidence.ts";
import { combine, type Ranked, type Source } from "./combine.ts";
import type { PastCase } from "./history.ts";
import { type MetricContext, type MetricShift, resourceEvidence, starvedCallees } from "./metric-evidence.ts";
import { networkEvidence } from "./network-evidence.ts";
import type { NeutralCase } from "./neutral-case.ts";
import type { NormalWindow } from "./normal-times.ts";
import { normalWindowsOf, type Profile, profileOf } from "./profile.ts";
import { alertDimension, requestExcess } from "./request-excess.ts";
import { requestsOf } from "./requests.ts";
import { newShapesOf, symptomsOf } from "./symptoms.ts";

export interface NeutralResult {
  readonly ranking: readonly Ranked[];
  readonly changes?: readonly RankedChange[];
  readonly notes: readonly string[];
}

/** Half at one whole usual range beyond usual; squared, so that a wiggle hardly counts. */
const saturate = (ratio: number) => ratio ** 2 / (1 + ratio ** 2);

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
  const before = { profile: profileOf(requests, Number.NEGATIVE_INFINITY, from), lastResort: true };
  const windows: readonly NormalWindow[] = [...normal, before];
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

/** Words say who suffers at least as often as who is the cause. */
const spokenWeight = 0.5;
/** So many new lines have said half of what any number of them can say. */
const fewLines = 5;
const alertWeight = 0.5;

/** Without better evidence: who complains newly, and about whom. */
function spokenSource(input: NeutralCase): Source {
  const found = new Map<string, { amount: number; strength: number; text: string }>();
  for (const { entity, shape, count } of newShapesOf(input)) {
    const blamed = input.candidates.find((other) => other !== entity && shape.sample.includes(other)) ?? entity;
    const amount = (found.get(blamed)?.amount ?? 0) + count;
    const text = `${count} new lines of ${entity}: "${shape.sample.slice(0, 120)}"`;
    found.set(blamed, {
      amount,
      strength: (spokenWeight * amount) / (amount + fewLines),
      text: found.get(blamed)?.text ?? text,
    });
  }
  return { name: "spoken", found };
}

/** Without better evidence an alert is about the entity that it names. */
const alertSource = ({ alert }: NeutralCase): Source => ({
  name: "alert",
  found: new Map(
    alert.entity === undefined
      ? []
      : [
          [
            alert.entity,
            {
              amount: 1,
              strength: alertWeight,
              text: `the alert is about it${alert.metric ? ` (${alert.metric})` : ""}`,
            },
          ],
        ],
  ),
});

function excessSource(input: NeutralCase): Source {
  const dimension = alertDimension(input.alert.metric);
  const excess = dimension ? requestExcess(input, dimension) : new Map<string, never>();
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
  if (input.baselineTelemetry) normal.push(...normalWindowsOf(input.baselineTelemetry));
  const context: MetricContext = {
    input,
    incidentsOf: (entity) => earlier.flatMap(({ incident }) => (incident.entity === entity ? [incident] : [])),
    pastSeries: (entity, metric) => earlier.flatMap((past) => past.metrics.get(entity)?.get(metric) ?? []),
  };
  const edges = new Map(
    [...input.edges, ...input.sampledEdges, ...normal.flatMap((window) => edgesIn(window.profile))].map((edge) => [
      edge.join("\t"),
      edge,
    ]),
  );
  const excess = excessSource(input);
  const sources = [excess, ...traceSources(input, normal), fromShifts("resource", resourceEvidence(context))];
  // Spans, and request losses along known calls, show directly where requests stop; without them it has to be inferred.
  const isShown = excess.found.size > 0 && (input.edges.length > 0 || input.telemetry.logs.length === 0);
  if (input.telemetry.spans.length === 0 && !isShown)
    sources.push(
      spokenSource(input),
      alertSource(input),
      fromShifts("starved", starvedCallees(context, [...edges.values()])),
    );
  const ranking = combine(input.candidates, sources);
  return input.changes
    ? { ranking, changes: rankChanges(input, input.changes, symptomsOf(context)), notes: input.notes }
    : { ranking, notes: input.notes };
}
