import type { Incident } from "../incident/incident.ts";

const unitMs = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const dayMs = 86_400_000;
/** How detection names a moment that is to come: `in about 18 min (12 to 30 min) from 06:51 UTC`. */
const timeLeft = /\bin about (\d{1,4}) (min|h|d)\b.* from ([01]\d|2[0-3]):([0-5]\d) UTC/;

/**
 * When that happens which the title foretells (ms): counted from a time of day in UTC it is nobody's own time, and wants arithmetic
 * at the worst of moments. Undefined when nothing is foretold, and when it is over.
 */
export function foretoldAt({ title, openedAt, status }: Pick<Incident, "title" | "openedAt" | "status">) {
  const found = status === "resolved" ? null : timeLeft.exec(title);
  if (!found) return undefined;
  const [, count = "0", unit = "min", hour = "0", minute = "0"] = found;
  const midnight = openedAt - (openedAt % dayMs);
  const said = midnight + (Number(hour) * 60 + Number(minute)) * 60_000;
  const nearest = said - Math.round((said - openedAt) / dayMs) * dayMs;
  return nearest + Number(count) * unitMs[unit as keyof typeof unitMs];
}
