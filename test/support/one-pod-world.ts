import type { ActorPort } from "../../src/actions/cluster-port.ts";
import type { ExecuteDeps } from "../../src/actions/execute/execute-deps.ts";
import { planDigest } from "../../src/actions/plan/plan-digest.ts";
import type { ExecutionResult } from "../../src/actions/plan/plan-store.ts";
import { nothingSpent } from "../../src/actions/policy/policy.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import type { ActionPlan, WriteStep } from "../../src/incident/fix/action-plan.ts";
import type { Claim } from "../../src/incident/fix/stored-plan.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import { planView } from "./incident-view.ts";
import { impatient } from "./plan-life.ts";

export const pod = makeRef("Pod", "shop", "carts-1");
export const object: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: pod.name, namespace: "shop", uid: "p", resourceVersion: "5" },
  spec: { containers: [] },
};
export const heal: WriteStep = { type: "http", target: pod, port: 8080, method: "POST", path: "/heal" };
export const remove: WriteStep = { type: "delete", target: pod, propagation: "Background" };

/** A claim of a plan with one step, or several, on the pod. */
export function claimOf(
  steps: WriteStep | readonly WriteStep[],
  more: Partial<Claim> & { readonly content?: Partial<ActionPlan> } = {},
): Claim {
  const { content: changed, ...rest } = more;
  const content: ActionPlan = {
    ...planView.plan,
    target: pod,
    steps: [steps].flat(),
    touches: [{ target: pod, uid: "p", resourceVersion: "5", before: "", after: null }],
    undo: [],
    ...changed,
  };
  const plan = { ...content, digest: planDigest(content) };
  return {
    plan,
    phase: "apply",
    executionId: "e",
    holder: "h",
    attempt: 1,
    approvedDigests: [plan.digest],
    approvedAt: plan.expiresAt - 1_000,
    startedAt: plan.expiresAt,
    spent: nothingSpent,
    incidentOver: false,
    sentSteps: [],
    ...rest,
  };
}

/** A cluster with one pod that says yes, a database that lets everything happen, and what was done of it. */
export function world(more: { cluster?: Partial<ActorPort>; plans?: Partial<ExecuteDeps["plans"]> } = {}) {
  const done: string[] = [];
  const results: ExecutionResult[] = [];
  const deps: ExecuteDeps = {
    clock: impatient,
    cluster: {
      get: async () => ({ type: "found", object }),
      list: async () => ({ type: "found", objects: [] }),
      dryRun: async () => ({ type: "done" }),
      apply: async (step) => {
        done.push(step.type);
        return { type: "done" };
      },
      ...more.cluster,
    },
    plans: {
      claim: async () => undefined,
      renew: async () => "held",
      markSent: async () => true,
      unmarkSent: async (_claim, index) => void done.push(`unmarked ${index}`),
      finish: async (_claim, result) => {
        results.push(result);
        return true;
      },
      postpone: async (_claim, delayMs) => void done.push(`postponed ${delayMs}`),
      ...more.plans,
    },
  };
  return { deps, done, results };
}
