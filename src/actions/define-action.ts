import type { z } from "zod";
import type { KubeObject } from "../cluster/kubernetes-types.ts";
import type { ActionCode } from "../incident/action-code.ts";
import type { PlanRefusal, PlanRefusalReason } from "../incident/fix/action-plan.ts";
import type { ActionRisk } from "../incident/fix/action-risk.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { Change } from "./change/change.ts";
import type { ActorPreviewPort } from "./cluster-port.ts";

export interface Permission {
  readonly verb: "get" | "list" | "patch" | "create" | "delete";
  readonly group: string;
  readonly resource: string;
}

export interface Draft {
  readonly changes: readonly Change[];
  /** Pods that the change restarts, adds or removes. */
  readonly pods: number;
  /** A sentence about what happens to the pods. */
  readonly note: string;
  /** The parameters with what was left open decided, so that the command shown does the same. */
  readonly decided?: Readonly<Record<string, unknown>>;
}

export interface DraftContext {
  readonly cluster: ActorPreviewPort;
  /** Time of planning (ms), for time stamps inside a patch. */
  readonly now: number;
  /** Unique lower-case letters and digits, for the names of new objects. */
  readonly suffix: string;
}

export type DraftOutcome = Draft | { readonly refusal: PlanRefusal };

interface ActionFacts {
  readonly name: ActionCode;
  readonly risk: ActionRisk;
  /** Kinds the action can work on. */
  readonly kinds: readonly string[];
  /** RBAC rules of the actor are generated from these. */
  readonly permissions: readonly Permission[];
  /** True when it changes fields that a Git repository or an operator may hold: then those have the last word. */
  readonly changesDeclaredState: boolean;
  /** True when pods are replaced through the rollout of the target, which must not be paused then. */
  readonly rollsOut: boolean;
  /** How it is undone: by putting the previous values back, or why it cannot be. */
  readonly undo: "previous-values" | { readonly irreversible: string };
  /** What should get better, in words. */
  readonly expects: string;
  /** How long that may take after applying (ms). */
  readonly verifyWithinMs: number;
}

interface ActionSpec<S extends z.ZodType> extends ActionFacts {
  readonly params: S;
  /** Decides what to change, from the target as it is now. Reads more of the cluster when it must, and never writes. */
  draft(target: KubeObject, params: z.infer<S>, context: DraftContext): DraftOutcome | Promise<DraftOutcome>;
}

export interface Action extends ActionFacts {
  /** Checks the parameters against the action's schema and drafts the change. */
  prepare(target: KubeObject, params: unknown, context: DraftContext): Promise<DraftOutcome>;
}

/** A refusal as an outcome of planning. `detail` is a sentence that people read: what is in the way, with names. */
export function refuse(reason: PlanRefusalReason, detail: string): { readonly refusal: PlanRefusal } {
  return { refusal: { reason, detail } };
}

/** One file an action: everything kubemend knows about it is in its definition. */
export function defineAction<S extends z.ZodType>(spec: ActionSpec<S>): Action {
  const { params: schema, draft, ...facts } = spec;
  return {
    ...facts,
    async prepare(target, params, context) {
      if (!facts.kinds.includes(target.kind)) {
        return refuse("not-supported", `${facts.name} works on ${facts.kinds.join(", ")}, not on a ${target.kind}.`);
      }
      const parsed = schema.safeParse(params);
      if (!parsed.success) {
        const problems = parsed.error.issues
          .slice(0, 5)
          .map((issue) => `${issue.path.join(".") || "params"}: ${issue.message}`);
        return refuse("invalid-params", `The parameters of ${facts.name} are wrong: ${problems.join("; ")}.`);
      }
      return await draft(target, parsed.data, context);
    },
  };
}

/** An object of a cluster that the action has to look at; absent objects and failed reads come back as a refusal. */
export async function requireObject(
  context: DraftContext,
  ref: ObjectRef,
): Promise<KubeObject | { readonly refusal: PlanRefusal }> {
  const read = await context.cluster.get(ref);
  if (read.type === "found") return read.object;
  if (read.type === "gone")
    return refuse("target-gone", `${ref.kind} ${ref.namespace ?? ""}/${ref.name} does not exist.`);
  return refuse("unreachable", `${ref.kind} ${ref.name} could not be read: ${read.detail}.`);
}
