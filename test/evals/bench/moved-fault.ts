import { seededRandom } from "../../../src/lib/seeded-random.ts";
import { metricRole, pickMetric } from "../../../src/rca/neutral/metric-role.ts";
import type { MetricTable, NeutralCase, Series } from "../../../src/rca/neutral/neutral-case.ts";
import type { LabelledCase } from "./read-set.ts";

const samplesOfCase = 5;
const faults = [
  { role: "latency", added: 0.3, seen: 0.02 },
  { role: "latency", added: 1.5, seen: 0.02 },
  { role: "availability", added: 0.08, seen: 0.005 },
  { role: "availability", added: 0.4, seen: 0.005 },
] as const;

const cut = (table: MetricTable, keep: (time: number) => boolean): MetricTable =>
  new Map(
    [...table].map(([entity, metrics]) => [
      entity,
      new Map(
        [...metrics].map(([metric, { times, values }]) => [
          metric,
          { times: times.filter(keep), values: values.filter((_, i) => keep(times[i] ?? 0)) },
        ]),
      ),
    ]),
  );

function requestsAt(table: MetricTable, entity: string, time: number): number {
  const metrics = table.get(entity);
  const name = metrics && pickMetric(metrics.keys(), "requests");
  const series: Series | undefined = name === undefined ? undefined : metrics?.get(name);
  return series?.values[series.times.indexOf(time)] ?? 0;
}

/** How much worse a request gets at everybody who calls `root`, directly or not, when one there gets `added` worse. */
function spread(
  input: NeutralCase,
  root: string,
  added: number,
  passedOn: number,
  requests: (entity: string) => number,
): ReadonlyMap<string, number> {
  const callers = (entity: string) => input.edges.flatMap(([caller, callee]) => (callee === entity ? [caller] : []));
  const order = new Set([root]);
  for (const entity of order) for (const caller of callers(entity)) order.add(caller);
  const worse = new Map([[root, added]]);
  // Callers of callers: as many rounds as the deepest chain of calls is long.
  for (let round = 0; round < 8; round++)
    for (const caller of order) {
      if (caller === root) continue;
      let sum = 0;
      for (const [from, callee] of input.edges) {
        const all = callers(callee).reduce((total, one) => total + requests(one), 0);
        if (from === caller && all > 0) sum += (worse.get(callee) ?? 0) * (requests(callee) / all);
      }
      worse.set(caller, sum * passedOn);
    }
  return worse;
}

/**
 * Quiet stretches of the baseline of a case in which each entity that the alerting one can reach gets slow or fails in
 * its turn, as its callers would show it; only those that would raise the alert. The first half of the baseline stays.
 */
export function movedFaults({ input, label }: LabelledCase): LabelledCase[] {
  const alerting = input.alert.entity;
  const clock =
    alerting === undefined ? undefined : [...(input.baselineMetrics.get(alerting)?.values() ?? [])][0]?.times;
  if (alerting === undefined || !clock || clock.length < 20 * samplesOfCase || input.edges.length === 0) return [];
  const random = seededRandom(Math.round(input.alert.time));
  const middle = Math.floor(clock.length / 2);
  const baselineMetrics = cut(input.baselineMetrics, (time) => time < (clock[middle] ?? 0));
  const reached = new Set([alerting]);
  for (const from of reached) for (const [caller, callee] of input.edges) if (caller === from) reached.add(callee);
  return [...reached].flatMap((root) => {
    const start = middle + Math.floor(random() * (clock.length - middle - samplesOfCase));
    const times = [...clock.slice(start, start + samplesOfCase)];
    const fault = faults[Math.floor(random() * faults.length)] ?? faults[0];
    const metrics = cut(input.baselineMetrics, (time) => times.includes(time));
    let seen = 0;
    for (const time of times.slice(1)) {
      const requests = (entity: string) => requestsAt(metrics, entity, time);
      const worse = spread(input, root, fault.added, fault.role === "latency" ? 0.9 : 0.8, requests);
      seen = Math.max(seen, worse.get(alerting) ?? 0);
      for (const [entity, amount] of worse)
        for (const [metric, series] of metrics.get(entity) ?? []) {
          const at = series.times.indexOf(time);
          const now = series.values[at];
          if (now === undefined || metricRole(metric) !== fault.role) continue;
          const noisy = amount * (0.85 + 0.3 * random());
          series.values[at] = fault.role === "latency" ? now + noisy : Math.max(0, now - 100 * Math.min(1, noisy));
        }
    }
    const [from = 0, , alertTime = 0, , to = 0] = times;
    if (seen < fault.seen) return [];
    const metric = [...(input.metrics.get(alerting)?.keys() ?? [])].find((name) => metricRole(name) === fault.role);
    const moved: NeutralCase = {
      ...input,
      id: `${input.id} ${root}`,
      metrics,
      baselineMetrics,
      window: { from, to },
      alert: { time: alertTime, entity: alerting, metric },
    };
    return [{ input: moved, label: { ...label, entity: root } }];
  });
}
