import type { ActionCode } from "../action-code.ts";
import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";
import type { ActionRisk } from "./action-risk.ts";

export type PatchType = "strategic-merge" | "json" | "merge";

/** One request to the cluster's API, complete: nothing is decided later. */
export type WriteStep =
  | {
      readonly type: "patch";
      readonly target: ObjectRef;
      readonly subresource?: "scale";
      readonly patchType: PatchType;
      readonly body: unknown;
    }
  | { readonly type: "delete"; readonly target: ObjectRef; readonly propagation: "Background" | "Foreground" }
  | { readonly type: "evict"; readonly target: ObjectRef }
  | { readonly type: "create"; readonly target: ObjectRef; readonly body: unknown }
  | {
      readonly type: "http";
      readonly target: ObjectRef;
      readonly port: number;
      readonly method: "POST";
      readonly path: string;
    };

/**
 * How one object that the plan changes looked when the plan was made, and how the dry run says it will look: digests of
 * what people and controllers ask of it (status and server-side bookkeeping left out). `after` is null when it goes away.
 */
export interface TouchedObject {
  readonly target: ObjectRef;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly before: string;
  readonly after: string | null;
}

export interface BlastRadius {
  /** Pods that the change restarts or removes. */
  readonly pods: number;
  readonly services: readonly ObjectRef[];
  /** Share of the requests measured in its namespace that the target answered before the trouble, 0..1. */
  readonly trafficShare?: number;
  readonly note: string;
}

export type PlanState =
  | "proposed"
  | "approved"
  | "rejected"
  | "expired"
  | "executing"
  | "applied"
  | "failed"
  | "undone"
  | "superseded";

/** A resolved, previewed, bounded change. The digest covers everything that will be done. */
export interface ActionPlan {
  readonly id: string;
  readonly incidentId: string;
  readonly recommendationId: string;
  readonly action: ActionCode;
  readonly target: ObjectRef;
  readonly targetUid: string;
  readonly resourceVersion: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly steps: readonly WriteStep[];
  /** One entry for each object that exists before and is changed or removed; a change of any of them makes the plan stale. */
  readonly touches: readonly TouchedObject[];
  /** What those objects belong to (workloads and nodes of pods): no other plan may work on it at the same time. Absent: nothing. */
  readonly alsoHolds?: readonly ObjectRef[];
  /** Steps that restore what was before; empty means irreversible. */
  readonly undo: readonly WriteStep[];
  /** Unified diff of the object before and after the server-side dry run. */
  readonly diff: Redacted;
  readonly kubectl: string;
  readonly undoKubectl: string | null;
  readonly risk: ActionRisk;
  readonly approvalsNeeded: number;
  /** Who has set values in it, whoever asked for it in the end: none of them is one of its several approvers. Absent: nobody. */
  readonly setBy?: readonly string[];
  /** True when each approval needs the approver's one-time code. */
  readonly secondFactor?: true;
  readonly blastRadius: BlastRadius;
  /** How long the symptoms may take to clear after applying (ms). */
  readonly verifyWithinMs: number;
  readonly expiresAt: number;
  readonly digest: string;
  readonly state: PlanState;
}

/** Why no plan could be made; each is shown to people in words. */
export interface PlanRefusal {
  readonly reason: PlanRefusalReason;
  readonly detail: string;
  /** What would have been changed, for a person to do elsewhere (for example in the Git repository that owns the object). */
  readonly diff?: Redacted;
  /** The same as a file to commit where the object is kept. */
  readonly commit?: { readonly name: string; readonly text: Redacted };
}
export type PlanRefusalReason =
  | "target-gone"
  | "invalid-params"
  | "needs-input"
  | "dry-run-refused"
  | "nothing-to-change"
  | "managed-by-gitops"
  | "hpa-owns-replicas"
  | "managed-by-controller"
  | "other-field-manager"
  | "rollout-paused"
  | "disruption-budget"
  | "not-supported"
  | "policy-refused"
  | "frozen"
  | "unreachable"
  | "guide-only";
