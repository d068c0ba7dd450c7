import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import { inputError, messageOf } from "../../lib/app-error.ts";
import type { Changes, MetricTable, NeutralCase, Telemetry } from "./neutral-case.ts";
import { createInterner, readLogs, readMetrics, readSpans } from "./read-tables.ts";

const unzip = promisify(gunzip);
/** One unpacked file; more would not fit a string. */
const maxBytes = 480_000_000;

/** Extra fields are allowed: cases come from many converters. */
const caseSchema = z.object({
  id: z.string().min(1),
  alert: z.object({
    time: z.number(),
    entity: z.string().optional(),
    metric: z.string().optional(),
    summary: z.string().optional(),
  }),
  window: z.object({ from: z.number(), to: z.number() }).optional(),
  baseline: z.union([z.object({ file: z.string() }), z.object({ from: z.number(), to: z.number() })]).optional(),
  baseline_dir: z.string().optional(),
  resolution_s: z.number().positive().default(60),
  candidates: z.array(z.string()).min(1).max(10_000),
});

const edgesSchema = z.object({ edges: z.array(z.tuple([z.string(), z.string()])) });

const instant = z.iso.datetime({ offset: true });
const changesSchema = z.object({
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

const treeSchema = z.array(
  z.object({ span_id: z.string(), parent_id: z.string().nullish(), service: z.string().optional() }),
);

/** Without a window of its own, an incident is looked for from this long before its alert until this long after. */
const windowBeforeSeconds = 15 * 60;
const windowAfterSeconds = 5 * 60;

/** Text of `name.gz`, else of `name`; undefined when there is neither. @throws AppError when it cannot be unpacked. */
async function readText(path: string): Promise<string | undefined> {
  for (const file of [`${path}.gz`, path]) {
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes) continue;
    try {
      return (file.endsWith(".gz") ? await unzip(bytes, { maxOutputLength: maxBytes }) : bytes).toString("utf8");
    } catch (cause) {
      throw inputError(
        "case-unreadable",
        `${file} cannot be unpacked: ${messageOf(cause)}`,
        "Copy the file again; it may have been cut off.",
        cause,
      );
    }
  }
  return undefined;
}

export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw inputError(
      "case-malformed",
      `${path} is not as expected: ${why}`,
      "Correct the file; docs/neutral-cases.md shows the layout of a case.",
      cause,
    );
  }
}

/** True when the folder is a neutral case (it has a case.json) and not a recording of a cluster. */
export async function isNeutralCase(folder: string): Promise<boolean> {
  return (await stat(join(folder, "case.json")).catch(() => undefined)) !== undefined;
}

async function readTelemetry(folder: string): Promise<{ telemetry: Telemetry; skipped: number }> {
  const traces = createInterner();
  const spans = readSpans((await readText(join(folder, "traces.ndjson"))) ?? "", traces);
  const logs = readLogs((await readText(join(folder, "logs.ndjson"))) ?? "", traces, spans.rowOf);
  return { telemetry: { spans: spans.table, logs: logs.table }, skipped: spans.skipped + logs.skipped };
}

function toChanges(raw: z.infer<typeof changesSchema>): Changes {
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

function edgesOfTree(spans: z.infer<typeof treeSchema>): [string, string][] {
  const serviceOf = new Map(spans.map((span) => [span.span_id, span.service]));
  return spans.flatMap((span): [string, string][] => {
    const caller = span.parent_id ? serviceOf.get(span.parent_id) : undefined;
    return caller && span.service && caller !== span.service ? [[caller, span.service]] : [];
  });
}

interface Baseline {
  readonly baselineMetrics: MetricTable;
  readonly baselineTelemetry: Telemetry | undefined;
  readonly notes: string[];
}

async function readBaseline(folder: string, header: z.infer<typeof caseSchema>): Promise<Baseline> {
  const notes: string[] = [];
  const missing = (what: string) => notes.push(`${what} is not there; compared with the case's own past only`);
  let baselineMetrics: MetricTable = new Map();
  if (header.baseline && "file" in header.baseline) {
    const text = await readText(resolve(folder, header.baseline.file.replace(/\.gz$/, "")));
    if (text === undefined) missing(`baseline file ${header.baseline.file}`);
    else baselineMetrics = readMetrics(text).table;
  }
  let baselineTelemetry: Telemetry | undefined;
  if (header.baseline_dir !== undefined) {
    const { telemetry } = await readTelemetry(resolve(folder, header.baseline_dir));
    if (telemetry.spans.length + telemetry.logs.length > 0) baselineTelemetry = telemetry;
    else missing(`baseline folder ${header.baseline_dir}`);
  }
  return { baselineMetrics, baselineTelemetry, notes };
}

/**
 * Reads one case folder. Without its baseline where it only serves as history.
 * @throws AppError (exit code 2) when case.json or another part cannot be read.
 */
export async function readCase(folder: string, { withBaseline = true } = {}): Promise<NeutralCase> {
  const header = await readJson(join(folder, "case.json"), caseSchema);
  if (!header)
    throw inputError(
      "case-missing",
      `${folder} has no case.json.`,
      "Give the folder of one case, not the folder above it.",
    );
  const metrics = readMetrics((await readText(join(folder, "metrics.csv"))) ?? "");
  const own = await readTelemetry(folder);
  const baseline: Baseline = withBaseline
    ? await readBaseline(folder, header)
    : { baselineMetrics: new Map(), baselineTelemetry: undefined, notes: [] };
  const skipped = metrics.skipped + own.skipped;
  const notes = [...baseline.notes];
  if (skipped > 0) notes.push(`${skipped} rows could not be read and were left out`);
  if (metrics.table.size + own.telemetry.spans.length + own.telemetry.logs.length === 0)
    throw inputError(
      "case-empty",
      `${folder} has no metrics, logs or spans that can be read.`,
      "Put metrics.csv.gz, logs.ndjson.gz or traces.ndjson.gz beside case.json; docs/neutral-cases.md shows their columns.",
    );
  const topology = await readJson(join(folder, "topology.json"), edgesSchema);
  const tree = await readJson(join(folder, "traces.json"), treeSchema);
  const changes = await readJson(join(folder, "changes.json"), changesSchema);
  return {
    id: header.id,
    alert: header.alert,
    window: header.window ?? {
      from: header.alert.time - windowBeforeSeconds,
      to: header.alert.time + windowAfterSeconds,
    },
    resolutionSeconds: header.resolution_s,
    candidates: header.candidates,
    metrics: metrics.table,
    baselineMetrics: baseline.baselineMetrics,
    telemetry: own.telemetry,
    baselineTelemetry: baseline.baselineTelemetry,
    edges: topology?.edges ?? [],
    sampledEdges: edgesOfTree(tree ?? []),
    changes: changes && toChanges(changes),
    notes,
  };
}
