import { z } from "zod";
import { isTimeZone } from "../lib/time-zone.ts";

// What several settings consist of.

export const severities = ["critical", "high", "medium", "low"] as const;
export const text = z.string().min(1);
/** Without its prefix a person would be nobody, and nothing would say so. */
export const person = z.string().regex(/^(slack|mail):\S+$/, 'must be "slack:U012AB3CD" or "mail:ann@example.com"');
export const mailAddress = z.email("must be an address such as ann@example.com");
export const labelName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a label name of Prometheus");
export const metricName = z
  .string()
  .regex(/^[A-Za-z_:][A-Za-z0-9_:]{0,199}$/, "must be the name of a metric")
  .refine(
    (name) => !/_(bucket|sum|count)$/.test(name),
    "must be the histogram's name, without _bucket, _sum or _count",
  );
export const port = z.int().min(0).max(65_535);
export const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, "must be the name of a header");
export const timeZone = z.string().refine(isTimeZone, "must be a time zone such as Europe/Berlin");
/** `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. */
export const addresses = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be an address or a range of them",
});
