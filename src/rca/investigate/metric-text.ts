import { isoTime } from "../../lib/clock.ts";

export interface ShownSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

const maxSeries = 12;
const maxPoints = 10;

const figure = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value));

function lineOf(name: string, { labels, points }: ShownSeries): string {
  const finite = points.filter((point) => Number.isFinite(point.value));
  const values = finite.map((point) => point.value);
  const inside = Object.entries(labels)
    .filter(([key]) => key !== "__name__")
    .map(([key, value]) => `${key}=${JSON.stringify(value.slice(0, 120))}`)
    .join(",");
  const head = `${labels.__name__ ?? name}{${inside}}`;
  if (values.length === 0) return `${head}: no finite value`;
  const step = Math.max(1, Math.ceil(finite.length / maxPoints));
  // Counted from the newest, which is always shown.
  const some = finite.filter((_, i) => (finite.length - 1 - i) % step === 0);
  const path = some.map((point) => `${isoTime(point.at).slice(11, 19)} ${figure(point.value)}`).join(", ");
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  return `${head}: lowest ${figure(lowest)}, highest ${figure(highest)}, last ${figure(values.at(-1) ?? Number.NaN)} (${path})`;
}

/** Series in words and figures; how many there are besides those shown is said. Undefined when there is none with a point. */
export function metricText(name: string, series: readonly ShownSeries[]): string | undefined {
  const some = series.filter((one) => one.points.length > 0);
  if (some.length === 0) return undefined;
  const more = some.length - maxSeries;
  return `${some
    .slice(0, maxSeries)
    .map((one) => lineOf(name, one))
    .join("; ")}${more > 0 ? `; ${more} more series` : ""}`;
}
