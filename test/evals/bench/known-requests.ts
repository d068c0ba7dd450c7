import type { Telemetry } from "../../../src/rca/neutral/neutral-case.ts";
import { requestsOf as group, type Request } from "../../../src/rca/neutral/requests.ts";

const known = new WeakMap<Telemetry, readonly Request[]>();

/** The requests of one telemetry, grouped once however many rankings ask for them. */
export function requestsOf(telemetry: Telemetry): readonly Request[] {
  const before = known.get(telemetry) ?? group(telemetry);
  known.set(telemetry, before);
  return before;
}
