export const severities = ["critical", "high", "medium", "low"] as const;

/** critical: users are failing now; high: users will soon, or redundancy is gone; medium: degraded; low: worth knowing. */
export type Severity = (typeof severities)[number];

/** The more severe of the two. */
export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b;
}
