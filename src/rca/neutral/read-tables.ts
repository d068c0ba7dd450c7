import { getOrAdd } from "./get-or-add.ts";
import { logShape } from "./log-shape.ts";
import type { LogShape, LogTable, MetricTable, Series, SpanTable } from "./neutral-case.ts";

/** Rows beyond these are counted and left out: they keep one case under a gigabyte. */
const maxRows = 2_000_000;

interface Interner {
  readonly list: string[];
  idOf(name: string): number;
}

/** Numbers from 0 in the order of first sight; `list` gives the name back. Unbounded: who fills it bounds its rows. */
export function createInterner(): Interner {
  const list: string[] = [];
  const ids = new Map<string, number>();
  return {
    list,
    idOf(name) {
      const known = ids.get(name);
      if (known !== undefined) return known;
      ids.set(name, list.length);
      return list.push(name) - 1;
    },
  };
}

interface Points {
  readonly times: number[];
  readonly values: number[];
}

/** Calls back for each line that is not empty, without an array of all lines. */
function eachLine(text: string, take: (line: string) => void): void {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    if (to > from) take(text.slice(from, to));
    from = to + 1;
  }
}

/** `time,entity,metric,value`; an entity may hold commas. */
export function readMetrics(text: string): { readonly table: MetricTable; readonly skipped: number } {
  const points = new Map<string, Map<string, Points>>();
  let skipped = 0;
  let rows = 0;
  let first = true;
  eachLine(text, (line) => {
    if (first) {
      first = false;
      if (line.startsWith("time,")) return;
    }
    const a = line.indexOf(",");
    const c = line.lastIndexOf(",");
    const b = line.lastIndexOf(",", c - 1);
    const time = Number(line.slice(0, a));
    const value = Number(line.slice(c + 1));
    if (
      rows >= maxRows ||
      a < 1 ||
      b <= a ||
      !Number.isFinite(time) ||
      !Number.isFinite(value) ||
      c + 1 >= line.trimEnd().length
    ) {
      skipped++;
      return;
    }
    rows++;
    const entity = line.slice(a + 1, b).replace(/^"(.*)"$/, "$1");
    const metric = line.slice(b + 1, c);
    const ofEntity = getOrAdd(points, entity, () => new Map<string, Points>());
    const series = getOrAdd(ofEntity, metric, () => ({ times: [], values: [] }));
    series.times.push(time);
    series.values.push(value);
  });
  const table = new Map<string, ReadonlyMap<string, Series>>();
  for (const [entity, ofEntity] of points)
    table.set(entity, new Map([...ofEntity].map(([metric, series]) => [metric, ordered(series.times, series.values)])));
  return { table, skipped };
}

function ordered(times: readonly number[], values: readonly number[]): Series {
  const order = times.map((_, i) => i).sort((i, j) => (times[i] ?? 0) - (times[j] ?? 0));
  return {
    times: Float64Array.from(order, (i) => times[i] ?? 0),
    values: Float64Array.from(order, (i) => values[i] ?? 0),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

function parseRow(line: string): Record<string, unknown> | undefined {
  try {
    const row: unknown = JSON.parse(line);
    return isRecord(row) ? row : undefined;
  } catch {
    return undefined; // counted by the caller
  }
}

/** Spans as columns. `traces` gives the ids that the logs of the same folder use too. */
export function readSpans(
  text: string,
  traces: Interner,
): { readonly table: SpanTable; readonly rowOf: ReadonlyMap<string, number>; readonly skipped: number } {
  const [trace, entity, op, start, duration]: number[][] = [[], [], [], [], []];
  const entities = createInterner();
  const ops = createInterner();
  const rowOf = new Map<string, number>();
  const parents: string[] = [];
  let skipped = 0;
  eachLine(text, (line) => {
    const row = parents.length < maxRows ? parseRow(line) : undefined;
    const traceName = textOf(row?.["trace"]);
    const span = textOf(row?.["span"]);
    const entityName = textOf(row?.["entity"]);
    const startNs = numberOf(row?.["start"]);
    if (traceName === undefined || span === undefined || entityName === undefined || startNs === undefined) {
      skipped++;
      return;
    }
    const traceId = traces.idOf(traceName);
    rowOf.set(`${traceId} ${span}`, parents.length);
    parents.push(`${traceId} ${textOf(row?.["parent"]) ?? ""}`);
    trace?.push(traceId);
    entity?.push(entities.idOf(entityName));
    op?.push(ops.idOf(textOf(row?.["op"]) ?? ""));
    start?.push(startNs / 1e9);
    duration?.push((numberOf(row?.["dur_us"]) ?? 0) / 1e6);
  });
  const table: SpanTable = {
    length: parents.length,
    trace: Int32Array.from(trace ?? []),
    parent: Int32Array.from(parents, (key) => rowOf.get(key) ?? -1),
    entity: Int32Array.from(entity ?? []),
    op: Int32Array.from(op ?? []),
    startSeconds: Float64Array.from(start ?? []),
    durationSeconds: Float64Array.from(duration ?? []),
    entities: entities.list,
    ops: ops.list,
  };
  return { table, rowOf, skipped };
}

const spanIdInLine = /\b[0-9a-f]{16}\b/;

/** Log lines as columns. A span id in the text ties a line to its span (`rowOf` of the spans, by trace and span). */
export function readLogs(
  text: string,
  traces: Interner,
  rowOf: ReadonlyMap<string, number>,
): { readonly table: LogTable; readonly skipped: number } {
  const time: number[] = [];
  const entity: number[] = [];
  const trace: number[] = [];
  const shape: number[] = [];
  const span: number[] = [];
  const entities = createInterner();
  const shapeIds = createInterner();
  const shapes: LogShape[] = [];
  let skipped = 0;
  eachLine(text, (line) => {
    const row = time.length < maxRows ? parseRow(line) : undefined;
    const at = numberOf(row?.["time"]);
    const entityName = textOf(row?.["entity"]);
    const message = textOf(row?.["line"]);
    if (at === undefined || entityName === undefined || message === undefined) {
      skipped++;
      return;
    }
    const found = logShape(message, textOf(row?.["level"]));
    const id = shapeIds.idOf(found.text);
    if (id === shapes.length) shapes.push(found);
    const traceName = textOf(row?.["trace"]);
    time.push(at / 1e9);
    entity.push(entities.idOf(entityName));
    const traceId = traceName === undefined || traceName === "" ? -1 : traces.idOf(traceName);
    const spanName = traceId < 0 ? undefined : spanIdInLine.exec(message)?.[0];
    trace.push(traceId);
    span.push((spanName === undefined ? undefined : rowOf.get(`${traceId} ${spanName}`)) ?? -1);
    shape.push(id);
  });
  const table: LogTable = {
    length: time.length,
    time: Float64Array.from(time),
    entity: Int32Array.from(entity),
    trace: Int32Array.from(trace),
    shape: Int32Array.from(shape),
    span: Int32Array.from(span),
    entities: entities.list,
    shapes,
  };
  return { table, skipped };
}
