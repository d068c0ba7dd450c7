import { z } from "zod";

/** A value is text, so that it can be `NaN`, `+Inf` and `-Inf`. */
const sample = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());

/** Of a native histogram: how often values lay in a range, told with its bounds; its sum and which of the bounds belong to it are not read. */
const bucket = z.tuple([z.number(), z.string(), z.string(), z.string()]);
const histogram = z.tuple([z.number(), z.object({ count: z.string(), buckets: z.array(bucket).default([]) })]);

/** An element of a native histogram has `histogram` instead of a value. */
const element = z.object({ metric: labels, value: sample.optional(), histogram: histogram.optional() });
const vector = z.array(element);
const matrix = z.array(z.object({ metric: labels, values: z.array(sample).default([]) }));

export type ReplyElement = z.infer<typeof element>;

const notes = { warnings: z.array(z.string()).default([]), infos: z.array(z.string()).default([]) };

/** https://prometheus.io/docs/prometheus/latest/querying/api/ — newer servers add fields, so unknown ones are let pass. */
export const queryReply = z.object({
  status: z.literal("success"),
  ...notes,
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: vector }),
    z.object({ resultType: z.literal("matrix"), result: matrix }),
    z.object({ resultType: z.literal("scalar"), result: sample }),
  ]),
});

export const labelValuesReply = z.object({ status: z.literal("success"), ...notes, data: z.array(z.string()) });

/** The number that a sample's text stands for; NaN when it stands for none. */
export function sampleValue(text: string): number {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text.trim() === "" ? Number.NaN : Number(text);
}
