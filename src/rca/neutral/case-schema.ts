import { z } from "zod";
import type { Changes } from "./neutral-case.ts";

/** Above this a time is in milliseconds or finer: the year 5138 in seconds. */
const lastSecond = 1e11;
const unixSeconds = z.number().refine((time) => Math.abs(time) < lastSecond, "expected unix seconds");

/** Extra fields are allowed: cases come from many converters. */
export const caseSchema = z.object({
  id: z.string().min(1),
  alert: z.object({
    time: unixSeconds,
    entity: z.string().optional(),
    metric: z.string().optional(),
    summary: z.string().optional(),
  }),
  window: z
    .object({ from: unixSeconds, to: unixSeconds })
    .refine(({ from, to }) => from < to, "expected from before to")
    .optional(),
  baseline: z.union([z.object({ file: z.string() }), z.object({ from: z.number(), to: z.number() })]).optional(),
  baseline_dir: z.string().optional(),
  resolution_s: z.number().positive().default(60),
  candidates: z
    .array(z.string())
    .min(1)
    .max(10_000)
    .transform((names) => [...new Set(names)]),
});

export const edgesSchema = z.object({ edges: z.array(z.tuple([z.string(), z.string()])) });

const instant = z.iso.datetime({ offset: true });
export const changesSchema = z.object({
  deploys: z.array(z.object({ timestamp: instant, service: z.string(), commit_sha: z.string().nullish() })).default([]),
  commits: z
    .array(
      z.object({
        sha: z.string(),
        timestamp: instant,
        message: z.string().default(""),
        files_changed: z.array(z.string()).default([]),
        diff: z.string().nullish(),
      }),
    )
    .default([]),
  flags: z.array(z.object({ timestamp: instant, service: z.string().default(""), flag: z.string() })).default([]),
});

/** A few sampled traces as a list of spans. */
export const treeSchema = z.array(
  z.object({ span_id: z.string(), parent_id: z.string().nullish(), service: z.string().optional() }),
);

/** Times become Unix seconds. A deploy without a commit is left out: nothing could be looked up in it. */
export function toChanges(raw: z.infer<typeof changesSchema>): Changes {
  const seconds = (timestamp: string) => Date.parse(timestamp) / 1_000;
  return {
    deploys: raw.deploys.flatMap((deploy) =>
      deploy.commit_sha ? [{ time: seconds(deploy.timestamp), entity: deploy.service, commit: deploy.commit_sha }] : [],
    ),
    commits: raw.commits.map((commit) => ({
      id: commit.sha,
      time: seconds(commit.timestamp),
      message: commit.message,
      files: commit.files_changed,
      diff: commit.diff ?? "",
    })),
    flags: raw.flags.map((flag) => ({ time: seconds(flag.timestamp), entity: flag.service, flag: flag.flag })),
  };
}

/** Who called whom in the sampled traces. */
export function edgesOfTree(spans: z.infer<typeof treeSchema>): [string, string][] {
  const serviceOf = new Map(spans.map((span) => [span.span_id, span.service]));
  return spans.flatMap((span): [string, string][] => {
    const caller = span.parent_id ? serviceOf.get(span.parent_id) : undefined;
    return caller && span.service && caller !== span.service ? [[caller, span.service]] : [];
  });
}
