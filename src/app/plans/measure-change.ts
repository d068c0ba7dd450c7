import type { Observation } from "../../cluster/observation.ts";
import type { Measure } from "../../incident/fix/execution.ts";
import type { Incident } from "../../incident/incident.ts";
import { refKey } from "../../incident/object-ref.ts";
import { seriesOf } from "../view/chart-of.ts";
import { chartTitle } from "../view/chart-words.ts";

const shown = 4;
/** Long enough to hold several scrapes, short enough to be the trouble itself. */
const beforeMs = 3 * 60_000;
const afterMs = 60_000;

/** How it is now: rates fall over their own window, and what they were on the way down is not the outcome. */
const latestPoints = 2;

/** Mean over all series and points of a span, or the last of them; undefined when there is no point. */
function meanOf(
  observation: Observation,
  all: ReturnType<typeof seriesOf>,
  from: number,
  to: number,
  latest?: number,
): number | undefined {
  const values = all.flatMap((series) => {
    const points = observation.series.window(series, from, to);
    return (latest === undefined ? points : points.slice(-latest)).map((point) => point.value);
  });
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length === 0 ? undefined : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/**
 * What the series that showed the trouble measured before a change and measure now. Pods that a change replaced count with
 * those that took their place: the workload is what is compared.
 * @param appliedAt and `now` by the clock that dates the observation (ms)
 */
export function measureChange(
  incident: Incident,
  observation: Observation,
  units: (name: string) => string,
  { appliedAt, now }: { readonly appliedAt: number; readonly now: number },
): readonly Measure[] {
  const seen = new Set<string>();
  const symptoms = incident.anomalies.flatMap(({ series, target, startsAt }) =>
    series && startsAt <= appliedAt ? [{ name: series.name, target, always: true }] : [],
  );
  // What people felt of a trouble that only shows in states, such as a crash loop.
  const felt = [incident.target, ...incident.affected].map((target) => ({
    name: "error_ratio",
    target,
    always: false,
  }));
  return [...symptoms, ...felt]
    .flatMap(({ name, target, always }): Measure[] => {
      const key = `${name}|${refKey(target)}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const series = seriesOf(observation, name, target);
      const [first] = series;
      const before = meanOf(observation, series, Math.max(incident.onset, appliedAt - beforeMs), appliedAt);
      const after = meanOf(observation, series, Math.max(appliedAt, now - afterMs), now, latestPoints);
      if (!first || before === undefined || after === undefined || (!always && before === 0)) return [];
      return [{ name: chartTitle(first), unit: units(first.name), before, after }];
    })
    .slice(0, shown);
}
