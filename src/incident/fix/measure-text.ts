import type { Measure } from "./execution.ts";

const rounded = (value: number) => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)));

/** A value with its unit, as people say it. */
export function valueText(value: number, unit: string): string {
  switch (unit) {
    case "ratio":
      return `${rounded(value * 100)} %`;
    case "bytes":
      return value >= 1024 ** 3 ? `${rounded(value / 1024 ** 3)} GiB` : `${rounded(value / 1024 ** 2)} MiB`;
    case "s":
      return value < 1 ? `${rounded(value * 1_000)} ms` : `${rounded(value)} s`;
    case "1/s":
      return `${rounded(value)} a second`;
    default:
      return `${rounded(value)}${unit && unit !== "count" ? ` ${unit}` : ""}`;
  }
}

/** "error ratio of carts 38 % before, 0 % after; …" */
export function measuresText(measures: readonly Measure[]): string {
  return measures
    .map(
      ({ name, unit, before, after }) => `${name} ${valueText(before, unit)} before, ${valueText(after, unit)} after`,
    )
    .join("; ");
}
