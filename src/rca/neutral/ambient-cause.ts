import type { NeutralCase } from "./neutral-case.ts";
import type { Symptoms } from "./symptoms.ts";

/** Traffic above this multiple of usual is a cause by itself. */
const surgeRatio = 2;

const spokenCauses: readonly (readonly [RegExp, string])[] = [
  [/certificate (has )?expired|not yet valid|notAfter/i, "a certificate expired"],
  [
    /\b(MemoryPressure|DiskPressure|PIDPressure|node ?not ?ready|preempt(ed|ion)|spot instance)\b/i,
    "the node is under pressure or gone",
  ],
  [/\b(co-?tenant|noisy neighbou?r|steal time|cpu contended)\b/i, "another tenant takes the node's resources"],
  [/no space left on device|disk (is )?full/i, "a disk is full"],
  [/\b(NXDOMAIN|no such host|name resolution)\b/i, "a name does not resolve"],
  [/redeliver|same offset|poison/i, "the same message is tried again and again"],
  [/\b(availability zone|region) .{0,30}(outage|down|unavailable)/i, "the provider has an outage"],
];

/** Host of a URL that is not inside the cluster or the company's own names. */
const publicUrl = /https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|cloud|co))(?=[/:\s"]|$)/i;
const failing = /\b(50[0-9]|deadline|time(d)? ?out|refused|unavailable|reset)\b/i;

/** Causes that no change of the system's own code brings, each with the sign it showed. */
export function ambientCauses(input: NeutralCase, symptoms: Symptoms): readonly string[] {
  /** Cause -> its first sign. */
  const found = new Map<string, string>();
  const add = (cause: string, sign?: string) =>
    found.has(cause) || found.set(cause, sign ? `${cause} ("${sign}")` : cause);
  for (const { shape } of symptoms.newShapes) {
    for (const [pattern, cause] of spokenCauses) if (pattern.test(shape.sample)) add(cause, shape.sample.slice(0, 100));
    const host = failing.test(shape.sample) ? publicUrl.exec(shape.sample)?.[1] : undefined;
    if (host) add(`${host}, which others run, fails`, shape.sample.slice(0, 100));
  }
  if (symptoms.trafficRatio >= surgeRatio) add(`traffic is ${symptoms.trafficRatio.toFixed(1)} times the usual`);
  for (const metrics of input.metrics.values())
    for (const [metric, series] of metrics) {
      const last = series.values.at(-1) ?? 1;
      if (/expir/i.test(metric) && /seconds|days|until/i.test(metric) && last <= 0)
        add(`${metric} has reached ${last}`);
    }
  return [...found.values()].slice(0, 5);
}
