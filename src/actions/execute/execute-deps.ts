import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ActorPort } from "../cluster-port.ts";
import type { PlanStore } from "../plan/plan-store.ts";
import type { Policy } from "../policy/policy-file.ts";

/** Places where a process may die; tests make it die there. */
export type CrashPoint =
  | "claimed"
  | "checked"
  | "looked"
  | "leased"
  | "before-apply"
  | "after-apply"
  | "step-done"
  | "before-finish"
  | "finished";

export interface ExecuteDeps {
  readonly cluster: ActorPort;
  readonly plans: Pick<PlanStore, "claim" | "renew" | "markSent" | "unmarkSent" | "finish" | "postpone">;
  readonly clock: Clock;
  /** The actor's own; without it what people have approved is enough. */
  readonly policy?: Policy;
  /** For what applications answer when they are asked to heal; without it only the status is kept. */
  readonly redact?: Redact;
  /** Aborted when the process is to end: no further plan is taken up, and no room for an eviction is waited for. */
  readonly signal?: AbortSignal;
  readonly crashPoint?: (name: CrashPoint) => void | Promise<void>;
}
