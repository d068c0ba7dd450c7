import { z } from "zod";
import { isLabels, isText, type Labels, listOf } from "../lists-of.ts";

/** A time (s) with a value, which is text, so that it can be `NaN`, `+Inf` and `-Inf`. */
export type ReplySample = readonly [number, string];

const isSample = (value: unknown): value is ReplySample =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "number" && typeof value[1] === "string";

/** Of a native histogram: how often values lay in a range, told with its bounds; its sum and which of the bounds belong to it are not read. */
type ReplyBucket = readonly [number, string, string, string];

const isBucket = (value: unknown): value is ReplyBucket =>
  Array.isArray(value) && value.length === 4 && typeof value[0] === "number" && value.slice(1).every(isText);

export type ReplyHistogram = readonly [number, { readonly count: string; readonly buckets?: readonly ReplyBucket[] }];

function isHistogram(value: unknown): value is ReplyHistogram {
  const [at, told]: unknown[] = Array.isArray(value) ? value : [];
  if (typeof at !== "number" || typeof told !== "object" || told === null || !isText(Reflect.get(told, "count")))
    return false;
  const buckets: unknown = Reflect.get(told, "buckets");
  return buckets === undefined || (Array.isArray(buckets) && buckets.every(isBucket));
}

/** An element of a native histogram has `histogram` instead of a value. */
export interface ReplyElement {
  readonly metric: Labels;
  readonly value?: ReplySample;
  readonly histogram?: ReplyHistogram;
}

function isElement(value: unknown): value is ReplyElement {
  if (typeof value !== "object" || value === null || !isLabels(Reflect.get(value, "metric"))) return false;
  const sample: unknown = Reflect.get(value, "value");
  const histogram: unknown = Reflect.get(value, "histogram");
  return (sample === undefined || isSample(sample)) && (histogram === undefined || isHistogram(histogram));
}

/** Of a range: its samples; a native histogram has none. */
export interface ReplyRange {
  readonly metric: Labels;
  readonly values?: readonly ReplySample[];
}

function isRange(value: unknown): value is ReplyRange {
  if (typeof value !== "object" || value === null || !isLabels(Reflect.get(value, "metric"))) return false;
  const values: unknown = Reflect.get(value, "values");
  return values === undefined || (Array.isArray(values) && values.every(isSample));
}

const notes = { warnings: listOf(isText).default([]), infos: listOf(isText).default([]) };

/** https://prometheus.io/docs/prometheus/latest/querying/api/ — newer servers add fields, so unknown ones are let pass. */
export const queryReply = z.object({
  status: z.literal("success"),
  ...notes,
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: listOf(isElement) }),
    z.object({ resultType: z.literal("matrix"), result: listOf(isRange) }),
    z.object({ resultType: z.literal("scalar"), result: z.custom<ReplySample>(isSample) }),
  ]),
});

export const labelValuesReply = z.object({ status: z.literal("success"), ...notes, data: listOf(isText) });

/** The number that a sample's text stands for; NaN when it stands for none. */
export function sampleValue(text: string): number {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text.trim() === "" ? Number.NaN : Number(text);
}
