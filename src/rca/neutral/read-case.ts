import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { z } from "zod";
import { inputError } from "../../lib/app-error.ts";
import { caseSchema, changesSchema, edgesOfTree, edgesSchema, toChanges, treeSchema } from "./case-schema.ts";
import type { MetricTable, NeutralCase, Telemetry } from "./neutral-case.ts";
import { createInterner, readLogs, readMetrics, readSpans } from "./read-tables.ts";
import { readJson, readText } from "./read-text.ts";

/** Without a window of its own, an incident is looked for from this long before its alert until this long after. */
const windowBeforeSeconds = 15 * 60;
const windowAfterSeconds = 5 * 60;

/** True when the folder is a neutral case (it has a case.json) and not a recording of a cluster. */
export async function isNeutralCase(folder: string): Promise<boolean> {
  return (await stat(join(folder, "case.json")).catch(() => undefined)) !== undefined;
}

/** Text of a table, "" without it; a note when only its beginning was read. */
async function tableText(path: string, notes: string[]): Promise<string> {
  const read = await readText(path);
  if (read?.isCut === true) notes.push(`of ${path} only the first ${Math.round(read.text.length / 1e6)} MB were read`);
  return read?.text ?? "";
}

interface Part<T> {
  readonly value: T;
  readonly skipped: number;
}

async function readTelemetry(folder: string, notes: string[]): Promise<Part<Telemetry>> {
  const traces = createInterner();
  const spans = readSpans(await tableText(join(folder, "traces.ndjson"), notes), traces);
  const logs = readLogs(await tableText(join(folder, "logs.ndjson"), notes), traces, spans.rowOf);
  return { value: { spans: spans.table, logs: logs.table }, skipped: spans.skipped + logs.skipped };
}

interface Baseline {
  readonly baselineMetrics: MetricTable;
  readonly baselineTelemetry: Telemetry | undefined;
}

const noBaseline: Baseline = { baselineMetrics: new Map(), baselineTelemetry: undefined };

async function readBaseline(folder: string, header: z.infer<typeof caseSchema>, notes: string[]): Promise<Baseline> {
  const missing = (what: string) => notes.push(`${what} is not there; compared with the case's own past only`);
  let { baselineMetrics, baselineTelemetry } = noBaseline;
  if (header.baseline && "file" in header.baseline) {
    baselineMetrics = readMetrics(
      await tableText(resolve(folder, header.baseline.file.replace(/\.gz$/, "")), notes),
    ).table;
    if (baselineMetrics.size === 0) missing(`baseline file ${header.baseline.file}`);
  }
  if (header.baseline_dir !== undefined) {
    const { value } = await readTelemetry(resolve(folder, header.baseline_dir), notes);
    if (value.spans.length + value.logs.length > 0) baselineTelemetry = value;
    else missing(`baseline folder ${header.baseline_dir}`);
  }
  return { baselineMetrics, baselineTelemetry };
}

/** True when a sample, a span or a line lies in the window of the incident. */
function hasWindow({ window, metrics, telemetry }: NeutralCase): boolean {
  const inside = (time: number) => time >= window.from && time <= window.to;
  return (
    telemetry.spans.startSeconds.some(inside) ||
    telemetry.logs.time.some(inside) ||
    [...metrics.values()].some((ofEntity) => [...ofEntity.values()].some(({ times }) => times.some(inside)))
  );
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
  const notes: string[] = [];
  const metrics = readMetrics(await tableText(join(folder, "metrics.csv"), notes));
  const own = await readTelemetry(folder, notes);
  if (metrics.table.size + own.value.spans.length + own.value.logs.length === 0)
    throw inputError(
      "case-empty",
      `${folder} has no metrics, logs or spans that can be read.`,
      "Put metrics.csv.gz, logs.ndjson.gz or traces.ndjson.gz beside case.json; docs/neutral-cases.md shows their columns.",
    );
  const baseline = withBaseline ? await readBaseline(folder, header, notes) : noBaseline;
  const skipped = metrics.skipped + own.skipped;
  if (skipped > 0) notes.push(`${skipped} rows could not be read and were left out`);
  const topology = await readJson(join(folder, "topology.json"), edgesSchema);
  const tree = await readJson(join(folder, "traces.json"), treeSchema);
  const changes = await readJson(join(folder, "changes.json"), changesSchema);
  const read: NeutralCase = {
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
    telemetry: own.value,
    baselineTelemetry: baseline.baselineTelemetry,
    edges: topology?.edges ?? [],
    sampledEdges: edgesOfTree(tree ?? []),
    changes: changes && toChanges(changes),
    notes,
  };
  if (!hasWindow(read)) notes.push("nothing was recorded during the window of the incident; check its times");
  return read;
}
