import { derivedSeries } from "../../cluster/series-names.ts";

/** Unit of a derived series; empty for a name that is none. */
export function unitOf(name: string): string {
  return Object.hasOwn(derivedSeries, name) ? derivedSeries[name as keyof typeof derivedSeries].unit : "";
}
