import type { IncidentView } from "../../src/bot/incident-view.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import type { StoredPlan } from "../../src/incident/fix/stored-plan.ts";
import type { Redacted } from "../../src/incident/redacted.ts";

/** Tests may say that their text is clean. */
export const clean = (text: string) => text as Redacted;

const carts = { kind: "Deployment", namespace: "shop", name: "carts" } as const;

export const plan: ActionPlan = {
  id: "11",
  incidentId: "7",
  recommendationId: "R1",
  action: "patch-resources",
  target: carts,
  targetUid: "u-1",
  resourceVersion: "100",
  params: { container: "carts", limits: { memory: "128Mi" } },
  steps: [],
  touches: [],
  undo: [{ type: "patch", target: carts, patchType: "json", body: [] }],
  diff: clean("-            memory: 34Mi\n+            memory: 128Mi"),
  kubectl: "kubectl -n shop set resources deployment/carts -c carts --limits=memory=128Mi",
  undoKubectl: "kubectl -n shop set resources deployment/carts -c carts --limits=memory=34Mi",
  risk: "low",
  approvalsNeeded: 1,
  blastRadius: {
    pods: 1,
    services: [{ kind: "Service", namespace: "shop", name: "carts" }],
    note: "The pods are replaced one after the other.",
  },
  verifyWithinMs: 120_000,
  expiresAt: 1_700_000_900_000,
  digest: "d".repeat(64),
  state: "proposed",
};

export const planView: StoredPlan = {
  plan,
  requestedBy: null,
  cause: "memory-limit-too-low",
  confidence: 0.88,
  createdAt: 1_700_000_012_000,
  decidedAt: null,
  appliedAt: null,
  reason: null,
  approvals: [],
  executions: [],
  verification: null,
};

/** An open incident with a cause, evidence and one fix that can be approved. */
export const incidentView: IncidentView = {
  incident: {
    id: "7",
    cluster: "test",
    groupKey: "Deployment/shop/carts",
    title: "carts is killed for memory again and again",
    severity: "critical",
    status: "open",
    openedAt: 1_700_000_010_000,
    onset: 1_700_000_000_000,
    updatedAt: 1_700_000_010_000,
    target: carts,
    affected: [carts, { kind: "Deployment", namespace: "shop", name: "frontend" }],
    anomalies: [],
    anomaliesDropped: 0,
  },
  revision: 3,
  acknowledgedBy: null,
  diagnosis: {
    incidentId: "7",
    version: 1,
    madeAt: 1_700_000_011_000,
    by: "rules",
    modelNote: "no model configured",
    summary: clean("The memory limit of carts was cut from 128Mi to 34Mi; it needs 45Mi."),
    hypotheses: [
      {
        cause: "memory-limit-too-low",
        culprit: carts,
        probability: 0.93,
        statement: clean("carts needs more memory than its limit allows."),
        evidence: ["E1"],
        against: [],
        explains: 1,
      },
    ],
    ruledOut: [{ cause: "memory-leak", culprit: carts, reason: clean("memory does not grow before the kill") }],
    timeline: [],
    blastRadius: [{ kind: "Deployment", namespace: "shop", name: "frontend" }],
    inconclusive: false,
    questions: [],
  },
  evidence: [
    {
      id: "E1",
      source: "object",
      about: carts,
      query: "kubectl -n shop get pod carts-1 -o yaml",
      status: "ok",
      text: clean("lastState.terminated.reason OOMKilled"),
      at: 1_700_000_000_000,
      hash: "h",
    },
  ],
  fixes: [
    {
      recommendation: {
        id: "R1",
        action: "patch-resources",
        target: carts,
        params: plan.params,
        needs: [],
        reason: clean("Puts the limit back to what it was when carts was healthy."),
        confidence: 0.88,
        kubectl: plan.kubectl,
        risk: "low",
        reversible: true,
      },
      plan: planView,
    },
  ],
  timeline: [],
  frozen: false,
};
