import { z } from "zod";
import type { RawSeries, Sample } from "../../../cluster/signal.ts";
import type { ExpositionParser } from "./parse-exposition.ts";
import { createSeriesTable } from "./series-table.ts";

const usage = z.object({ time: z.string().optional(), usedBytes: z.number().nonnegative().optional() });
const summarySchema = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      containers: z.array(z.object({ name: z.string(), rootfs: usage.optional(), logs: usage.optional() })).nullish(),
      volume: z.array(usage.extend({ name: z.string(), pvcRef: z.unknown().optional() })).nullish(),
      "ephemeral-storage": usage.optional(),
    }),
  ),
});

export interface SummaryParserOptions {
  /** Series kept for this node; a label explosion must not take the process with it. */
  readonly maxSeries?: number;
}

/**
 * Reads how much local storage pods use from a kubelet's Summary API (`/stats/summary`; k8s.io/kubelet/pkg/apis/stats/v1alpha1),
 * the same numbers by which the kubelet evicts: of a pod everything, of a container its writable layer and its logs, of a
 * volume that is no claim its content. An answer of another shape is one malformed line.
 */
export function createSummaryParser(
  labels: Readonly<Record<string, string>>,
  { maxSeries = 20_000 }: SummaryParserOptions = {},
): ExpositionParser {
  const interned = createSeriesTable(maxSeries);
  let malformed = 0;
  let refused = 0;

  function seriesOf(name: string, own: Readonly<Record<string, string>>, at: number): RawSeries | undefined {
    const key = [name, ...Object.values(own)].join("\u0000");
    const known = interned.find(key, at);
    if (known) return known;
    const made = { name, labels: { ...labels, ...own } };
    if (interned.add(key, made, at)) return made;
    refused++;
    return undefined;
  }

  function answerOf(text: string): z.infer<typeof summarySchema> | undefined {
    try {
      return summarySchema.safeParse(JSON.parse(text)).data;
    } catch {
      // Counted below, like an answer of another shape.
      return undefined;
    }
  }

  return {
    parse(text, at) {
      const answer = answerOf(text);
      if (!answer) {
        malformed++;
        return [];
      }
      const samples: Sample[] = [];
      const add = (what: string, own: Readonly<Record<string, string>>, value: number | undefined, time?: string) => {
        const series = value === undefined ? undefined : seriesOf(`kubelet_summary_${what}_bytes`, own, at);
        // Measured about once a minute and repeated until then, with the time of the measurement.
        const measuredAt = time === undefined ? at : Date.parse(time);
        if (series && value !== undefined)
          samples.push({ series, value, at: Number.isFinite(measuredAt) ? Math.min(measuredAt, at) : at });
      };
      for (const { podRef, containers, volume, "ephemeral-storage": whole } of answer.pods) {
        const own = { namespace: podRef.namespace, pod: podRef.name };
        add("pod_ephemeral", own, whole?.usedBytes, whole?.time);
        for (const { name, rootfs, logs } of containers ?? [])
          if (rootfs?.usedBytes !== undefined || logs?.usedBytes !== undefined)
            add(
              "container_ephemeral",
              { ...own, container: name },
              (rootfs?.usedBytes ?? 0) + (logs?.usedBytes ?? 0),
              rootfs?.time ?? logs?.time,
            );
        for (const { name, pvcRef, usedBytes, time } of volume ?? [])
          if (pvcRef === undefined || pvcRef === null) add("volume", { ...own, volume: name }, usedBytes, time);
      }
      return samples;
    },
    get malformed() {
      return malformed;
    },
    get refused() {
      return refused;
    },
  };
}
