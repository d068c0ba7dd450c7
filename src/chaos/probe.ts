import { z } from "zod";
import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../cluster/workload.ts";
import { timeSpan } from "./time-span.ts";

const name = z.string().min(1).max(80);
/**
 * What the probe must say while the fault is there: hold, whatever it likes, or fail at some time (the fault is to be felt,
 * and to be over afterwards).
 */
const during = z.enum(["holds", "may-break", "breaks"]);

const bounds = {
  below: z.number().optional(),
  above: z.number().optional(),
};

/** One question about the steady state, with the answer it must have. */
export const probeSchema = z.discriminatedUnion(
  "type",
  [
    z
      .strictObject({
        type: z.literal("promql"),
        name,
        /** Every sample of the answer must lie within the bounds; an answer without samples is a failure. */
        query: z.string().min(1).max(2_000),
        ...bounds,
        during: during.default("holds"),
      })
      .refine(({ below, above }) => below !== undefined || above !== undefined, {
        message: "needs below or above, or both",
      }),
    z.strictObject({
      type: z.literal("http"),
      name,
      namespace: z.string().min(1).optional(),
      service: z.string().min(1),
      port: z.union([z.int().min(1).max(65_535), z.string().min(1).max(63)]),
      path: z.string().startsWith("/").max(500).default("/"),
      status: z.int().min(100).max(599).default(200),
      within: timeSpan(100, 60_000).default(5_000),
      during: during.default("holds"),
    }),
    z
      .strictObject({
        type: z.literal("replicas"),
        name,
        namespace: z.string().min(1).optional(),
        kind: z.enum(rolloutKinds).default("Deployment"),
        workload: z.string().min(1).max(253),
        /** Pods that serve, or all that are there. */
        count: z.enum(["ready", "all"]).default("ready"),
        ...bounds,
        during: during.default("holds"),
      })
      .refine(({ below, above }) => below !== undefined || above !== undefined, {
        message: "needs below or above, or both",
      }),
    z.strictObject({
      type: z.literal("quiet"),
      name: name.default("kubemend sees nothing wrong"),
      /** Default: those of the blast radius. */
      namespaces: z.array(z.string().min(1)).max(50).optional(),
      // That kubemend notices is what most experiments want.
      during: during.default("may-break"),
    }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? "must be promql, http, replicas or quiet" : undefined) },
);

export type Probe = z.infer<typeof probeSchema>;

export interface ProbeAnswer {
  readonly probe: string;
  readonly holds: boolean;
  /** What was measured, or why nothing was. */
  readonly detail: string;
  readonly at: number;
  /** Nothing was measured: it does not hold, and has not been seen to fail either. */
  readonly blind?: true;
}

/** How many pods a workload has, from its status. Pure. */
export function replicasOf({ kind, status }: KubeObject, count: "ready" | "all"): number {
  const {
    replicas = 0,
    readyReplicas = 0,
    currentNumberScheduled = 0,
    numberReady = 0,
  } = (status ?? {}) as Record<string, number | undefined>;
  if (kind === "DaemonSet") return count === "ready" ? numberReady : currentNumberScheduled;
  return count === "ready" ? readyReplicas : replicas;
}

/** Whether samples lie within a probe's bounds. Pure. */
export function judgeSamples(
  { below, above }: { readonly below?: number | undefined; readonly above?: number | undefined },
  values: readonly number[],
): { readonly holds: boolean; readonly detail: string } {
  const [first] = values;
  if (first === undefined) return { holds: false, detail: "no sample" };
  // Written so that NaN fails: it compares as false with everything.
  const outside = values.find(
    (value) => !((below === undefined || value < below) && (above === undefined || value > above)),
  );
  const shown = (value: number) => String(Number(value.toPrecision(4)));
  if (outside === undefined)
    return { holds: true, detail: values.length === 1 ? shown(first) : `${values.length} samples` };
  const wanted = [above === undefined ? "" : `above ${above}`, below === undefined ? "" : `below ${below}`];
  return { holds: false, detail: `${shown(outside)}, not ${wanted.filter(Boolean).join(" and ")}` };
}
