import { z } from "zod";

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

const asked = 'must be a time such as "30s", "5m" or "1h"';

/** A time span as people write it: `30s`, `5m`, `1h`. Parsed to ms. */
export function timeSpan(minMs: number, maxMs: number) {
  return z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : asked) })
    .regex(/^\d{1,5}[smh]$/, asked)
    .transform((text) => {
      const unit = text.slice(-1) as keyof typeof unitMs;
      return Number(text.slice(0, -1)) * unitMs[unit];
    })
    .refine((ms) => ms >= minMs && ms <= maxMs, `must be from ${timeSpanText(minMs)} to ${timeSpanText(maxMs)}`);
}

/** `90 s`, `90 min`, `2 h 30 min`: for people. Rounded; the larger unit is used from twice its length on. */
export function timeSpanText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}
