/** What a call meets instead of the ordinary answer. */
export type Fault =
  /** Nothing unusual: the call is handled. */
  | { readonly kind: "pass" }
  /** HTTP 429 with Retry-After; nothing is done. */
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds: number }
  /** An HTTP status with a body; nothing is done. */
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  /** A proxy's HTML page; nothing is done. */
  | { readonly kind: "html"; readonly status?: number }
  /** `{ ok: false, error }`; nothing is done. */
  | { readonly kind: "error"; readonly error: string }
  /** The connection closes without an answer; nothing is done. */
  | { readonly kind: "drop" }
  /** The call is handled, then the connection closes without an answer. */
  | { readonly kind: "accept-then-drop" }
  /** No answer for as long as the client waits; nothing is done. */
  | { readonly kind: "hang" }
  /** The call is handled, but no answer comes. */
  | { readonly kind: "accept-then-hang" }
  /** The call is handled, then refused with HTTP 500. */
  | { readonly kind: "accept-then-500" }
  /** The call is handled after a wait. */
  | { readonly kind: "slow"; readonly ms: number };

/** Scripted misbehaviour for tests. */
export interface Faults {
  /** The next calls of a method ("*" for any) meet these, in order; later calls are handled as usual. */
  next(method: string, answers: readonly Fault[]): void;
  /** Every call of a method meets this until `clear`. */
  always(method: string, answer: Fault): void;
  /** Scripted answers that no call has met yet. */
  left(): number;
  clear(): void;
}

export interface FaultScript extends Faults {
  /** What this call meets; "pass" unless scripted. */
  take(method: string): Fault;
}

/** What is scripted for a method goes before what is for any, and what is scripted once before what stands. */
export function createFaults(): FaultScript {
  const queues = new Map<string, Fault[]>();
  const standing = new Map<string, Fault>();
  return {
    next: (method, answers) => {
      queues.set(method, [...(queues.get(method) ?? []), ...answers]);
    },
    always: (method, answer) => {
      standing.set(method, answer);
    },
    left: () => [...queues.values()].reduce((sum, queue) => sum + queue.length, 0),
    clear: () => {
      queues.clear();
      standing.clear();
    },
    take: (method) =>
      queues.get(method)?.shift() ??
      queues.get("*")?.shift() ??
      standing.get(method) ??
      standing.get("*") ?? { kind: "pass" },
  };
}
