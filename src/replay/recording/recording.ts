import { z } from "zod";

const rfc3339 = z.string().refine((text) => Number.isFinite(Date.parse(text)), "not a time in RFC 3339");

/** A source could not be read for a while, or to the end: what is not in the recording then may have happened. */
const gapSchema = z.object({
  source: z.string().min(1),
  detail: z.string().default(""),
  from: rfc3339,
  to: rfc3339.optional(),
});

export type RecordedGap = z.infer<typeof gapSchema>;

/** `recording.json`: what was recorded, where and when. */
export const recordingHeaderSchema = z.object({
  version: z.literal(1),
  name: z.string().min(1),
  description: z.string().default(""),
  kubernetesVersion: z.string().default("unknown"),
  namespaces: z.array(z.string()).min(1),
  start: rfc3339,
  end: rfc3339,
  scrapeIntervalSeconds: z.number().positive(),
  gaps: z.array(gapSchema).optional(),
});

export type RecordingHeader = z.infer<typeof recordingHeaderSchema>;

const metadata = z.looseObject({ name: z.string(), uid: z.string().default("") });
export const kubeObjectSchema = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });
export const objectListSchema = z.looseObject({ items: z.array(kubeObjectSchema) });
export const watchLineSchema = z.object({
  at: rfc3339,
  type: z.enum(["ADDED", "MODIFIED", "DELETED"]),
  object: kubeObjectSchema,
});
export const logLineSchema = z.object({
  at: rfc3339,
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  line: z.string(),
});
export const metricLineSchema = z
  .object({
    metric: z.record(z.string(), z.string()).refine((metric) => "__name__" in metric, "metric has no __name__"),
    values: z.array(z.string()),
    timestamps: z.array(z.number()),
  })
  .refine((series) => series.values.length === series.timestamps.length, "values and timestamps differ in length");
