import type { SpanTable, Telemetry } from "./neutral-case.ts";

/** One request as one entity served it: its own spans and log lines, without those of the entities it called. */
export interface Request {
  readonly entity: string;
  readonly op: string;
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** Index of the request that made this one; -1 at the edge of what was recorded. */
  readonly caller: number;
  /** The caller's span around this request, seconds; NaN without one. */
  readonly clientSeconds: number;
  /** Time spent in what it called, seconds; calls at the same time count once each. */
  readonly calledSeconds: number;
  /** Kinds of spans started while it was served, in order; the same kind several times in a row counts once. */
  readonly spanSteps: readonly string[];
  /** Kinds of log lines written while it was served, likewise. */
  readonly logSteps: readonly string[];
}

/** Groups spans and the log lines tied to them by the request that they belong to. */
export function requestsOf({ spans, logs }: Telemetry): readonly Request[] {
  const { entries, requestOf } = entriesOf(spans);
  const entity = (row: number) => nameAt(spans.entities, spans.entity, row);
  const op = (row: number) => nameAt(spans.ops, spans.op, row);
  const parentOf = (row: number) => spans.parent[row] ?? -1;
  const duration = (row: number) => spans.durationSeconds[row] ?? Number.NaN;
  const calledAt = new Map(entries.map((row) => [parentOf(row), row]));
  const called = new Float64Array(entries.length);
  const steps = entries.map(() => ({ spans: [] as Step[], logs: [] as Step[] }));
  for (let row = 0; row < spans.length; row++) {
    const request = requestOf(row);
    const callee = calledAt.get(row);
    if (callee !== undefined && request >= 0) called[request] = (called[request] ?? 0) + duration(row);
    const kind = callee === undefined ? op(row) : `${op(row)} -> ${entity(callee)} ${op(callee)}`;
    steps[request]?.spans.push({ at: spans.startSeconds[row] ?? 0, kind });
  }
  for (let row = 0; row < logs.length; row++) {
    const kind = logs.shapes[logs.shape[row] ?? -1]?.text ?? "";
    steps[requestOf(logs.span[row] ?? -1)]?.logs.push({ at: logs.time[row] ?? 0, kind });
  }
  return entries.map((row, i) => ({
    entity: entity(row),
    op: op(row),
    startSeconds: spans.startSeconds[row] ?? 0,
    durationSeconds: duration(row),
    caller: requestOf(parentOf(row)),
    clientSeconds: duration(parentOf(row)),
    calledSeconds: called[i] ?? 0,
    spanSteps: inOrder(steps[i]?.spans ?? []),
    logSteps: inOrder(steps[i]?.logs ?? []),
  }));
}

const unknown = -2;
const none = -1;
/** A loop of parents can only come from broken data; the bound ends it. */
const maxDepth = 1_000;

/** The spans with which requests came into an entity, and for every span the request it belongs to: its place among these. */
function entriesOf(spans: SpanTable): { readonly entries: readonly number[]; requestOf(row: number): number } {
  const entries: number[] = [];
  const requestAt = new Int32Array(spans.length).fill(unknown);
  for (let row = 0; row < spans.length; row++) {
    const parent = spans.parent[row] ?? -1;
    if (parent < 0 || spans.entity[parent] !== spans.entity[row]) requestAt[row] = entries.push(row) - 1;
  }
  return {
    entries,
    requestOf(row) {
      const path: number[] = [];
      let at = row;
      for (; requestAt[at] === unknown && path.length < maxDepth; at = spans.parent[at] ?? at) path.push(at);
      const found = requestAt[at] ?? none;
      const request = found === unknown ? none : found;
      for (const passed of path) requestAt[passed] = request;
      return request;
    },
  };
}

const nameAt = (names: readonly string[], codes: Int32Array, row: number) => names[codes[row] ?? -1] ?? "";

interface Step {
  readonly at: number;
  readonly kind: string;
}

function inOrder(steps: Step[]): string[] {
  const kinds: string[] = [];
  for (const { kind } of steps.sort((a, b) => a.at - b.at)) if (kinds.at(-1) !== kind) kinds.push(kind);
  return kinds;
}
