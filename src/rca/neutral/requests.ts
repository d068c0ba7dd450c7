import type { Telemetry } from "./neutral-case.ts";

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
  const entrySpan = new Int32Array(spans.length).fill(-1);
  const requestAt = new Int32Array(spans.length).fill(-1);
  const remoteChild = new Int32Array(spans.length).fill(-1);
  const isEntry = (row: number) => {
    const parent = spans.parent[row] ?? -1;
    return parent < 0 || spans.entity[parent] !== spans.entity[row];
  };
  const entryOf = (row: number): number => {
    const path: number[] = [];
    let at = row;
    // A loop of parents can only come from broken data; the bound ends it.
    while ((entrySpan[at] ?? -1) < 0 && !isEntry(at) && path.length < 1_000) {
      path.push(at);
      at = spans.parent[at] ?? at;
    }
    const entry = (entrySpan[at] ?? -1) < 0 ? at : (entrySpan[at] ?? at);
    entrySpan[at] = entry;
    for (const passed of path) entrySpan[passed] = entry;
    return entry;
  };
  const requests: (Request & { calledSeconds: number })[] = [];
  const entries: number[] = [];
  for (let row = 0; row < spans.length; row++) {
    if (!isEntry(row)) continue;
    requestAt[row] = entries.push(row) - 1;
    const parent = spans.parent[row] ?? -1;
    if (parent >= 0) remoteChild[parent] = row;
  }
  const requestOfSpan = (row: number) => (row < 0 ? -1 : (requestAt[entryOf(row)] ?? -1));
  for (const row of entries) {
    const parent = spans.parent[row] ?? -1;
    requests.push({
      entity: spans.entities[spans.entity[row] ?? -1] ?? "",
      op: spans.ops[spans.op[row] ?? -1] ?? "",
      startSeconds: spans.startSeconds[row] ?? 0,
      durationSeconds: spans.durationSeconds[row] ?? 0,
      caller: requestOfSpan(parent),
      clientSeconds: parent < 0 ? Number.NaN : (spans.durationSeconds[parent] ?? Number.NaN),
      calledSeconds: 0,
      spanSteps: [],
      logSteps: [],
    });
  }
  const steps = requests.map(() => ({ spans: [] as Step[], logs: [] as Step[] }));
  for (let row = 0; row < spans.length; row++) {
    const index = requestOfSpan(row);
    const request = requests[index];
    if (!request) continue;
    const op = spans.ops[spans.op[row] ?? -1] ?? "";
    const child = remoteChild[row] ?? -1;
    const callee =
      child < 0 ? "" : ` -> ${spans.entities[spans.entity[child] ?? -1]} ${spans.ops[spans.op[child] ?? -1]}`;
    if (child >= 0) request.calledSeconds += spans.durationSeconds[row] ?? 0;
    steps[index]?.spans.push({ at: spans.startSeconds[row] ?? 0, kind: op + callee });
  }
  for (let row = 0; row < logs.length; row++) {
    const index = requestOfSpan(logs.span[row] ?? -1);
    steps[index]?.logs.push({ at: logs.time[row] ?? 0, kind: logs.shapes[logs.shape[row] ?? -1]?.text ?? "" });
  }
  return requests.map((request, i) => ({
    ...request,
    spanSteps: inOrder(steps[i]?.spans ?? []),
    logSteps: inOrder(steps[i]?.logs ?? []),
  }));
}

interface Step {
  readonly at: number;
  readonly kind: string;
}

function inOrder(steps: Step[]): string[] {
  const kinds: string[] = [];
  for (const { kind } of steps.sort((a, b) => a.at - b.at)) if (kinds.at(-1) !== kind) kinds.push(kind);
  return kinds;
}
