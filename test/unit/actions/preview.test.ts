import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/actions/change/change.ts";
import { undoStepOf } from "../../../src/actions/change/steps.ts";
import type { ActorPreviewPort, WriteOutcome } from "../../../src/actions/cluster-port.ts";
import { alsoHeld } from "../../../src/actions/plan/also-held.ts";
import { draftDiff, previewDraft } from "../../../src/actions/plan/preview.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import { refKey } from "../../../src/incident/object-ref.ts";

const config = (pool: string, resourceVersion = "5"): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "carts", namespace: "shop", uid: "c", resourceVersion },
  data: { pool },
});
const deployment = (replicas: number | undefined): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "d", resourceVersion: "7" },
  spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers: [] } } },
});
const pod = (owner: { kind: string; name: string } | undefined, hash?: string, nodeName = "node-1"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "carts-1",
    namespace: "shop",
    uid: "p",
    ...(hash ? { labels: { "pod-template-hash": hash } } : {}),
    ...(owner ? { ownerReferences: [{ ...owner, uid: "o", controller: true }] } : {}),
  },
  spec: { nodeName, containers: [] },
});

const modify: Change = { type: "modify", before: config("10"), after: config("20") };
const created: Change = {
  type: "create",
  object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "new", namespace: "shop" }, data: { a: "1" } },
};

/** A cluster that answers every dry run the same, and has no budgets. */
function cluster(answer: (step: WriteStep) => WriteOutcome) {
  const asked: WriteStep[] = [];
  const port: ActorPreviewPort = {
    get: async () => ({ type: "gone" }),
    list: async () => ({ type: "found", objects: [] }),
    dryRun: async (step) => {
      asked.push(step);
      return answer(step);
    },
  };
  return { port, asked };
}
const draft = (...changes: readonly Change[]) => ({ changes, pods: 0, note: "" });
const refusalOf = async (change: Change, outcome: WriteOutcome) => {
  const preview = await previewDraft(draft(change), cluster(() => outcome).port);
  return preview.type === "refused" ? preview.refusal : preview.type;
};

describe("what a dry run comes to", () => {
  test.each<{ name: string; change?: Change; outcome: WriteOutcome; want: unknown }>([
    { name: "the object moved", outcome: { type: "conflict" }, want: "moved" },
    {
      name: "it was made against another version",
      outcome: { type: "done", object: config("20", "6") },
      want: "moved",
    },
    {
      name: "it is gone",
      outcome: { type: "gone" },
      want: { reason: "target-gone", detail: "ConfigMap carts does not exist any more." },
    },
    {
      name: "nobody answered",
      outcome: { type: "unreachable", detail: "ECONNREFUSED" },
      want: { reason: "unreachable", detail: "The dry run on ConfigMap carts got no answer: ECONNREFUSED." },
    },
    {
      name: "nobody knows",
      outcome: { type: "unknown", detail: "reset" },
      want: { reason: "unreachable", detail: "The dry run on ConfigMap carts got no answer: reset." },
    },
    {
      name: "a policy of the cluster forbids it",
      outcome: { type: "refused", status: 403, reason: "Forbidden", fields: [] },
      want: {
        reason: "dry-run-refused",
        detail:
          "Dry run on ConfigMap carts: kubemend may not do this, or a policy of the cluster forbids it (403 Forbidden).",
      },
    },
    {
      name: "the cluster does not accept it, and says where",
      outcome: { type: "refused", status: 422, reason: "Invalid", fields: ["data.pool"] },
      want: {
        reason: "dry-run-refused",
        detail: "Dry run on ConfigMap carts: the cluster does not accept it (422 Invalid: data.pool).",
      },
    },
    {
      name: "the answer is no object",
      outcome: { type: "done" },
      want: { reason: "unreachable", detail: "The dry run on carts did not return the object." },
    },
    {
      name: "admission has put the old value back",
      outcome: { type: "done", object: config("10") },
      want: { reason: "nothing-to-change", detail: "The cluster already is as this action would make it." },
    },
    {
      name: "an eviction that nothing but the API server's pace holds up",
      change: { type: "evict", object: pod(undefined) },
      outcome: { type: "refused", status: 429, reason: "TooManyRequests", fields: [] },
      want: {
        reason: "unreachable",
        detail: "The API server evicts nothing right now (429), and no disruption budget is the reason.",
      },
    },
  ])("$name", async ({ change = modify, outcome, want }) => {
    expect(await refusalOf(change, outcome)).toEqual(want);
  });

  test("what changes nothing is not even asked about", async () => {
    const { port, asked } = cluster(() => ({ type: "done" }));
    const same: Change = { type: "scale", before: deployment(undefined), replicas: 1 };
    expect(await previewDraft(draft(same, { ...modify, after: config("10") }), port)).toMatchObject({
      type: "refused",
      refusal: { reason: "nothing-to-change" },
    });
    expect(asked).toEqual([]);
  });
});

describe("a preview", () => {
  test("shows what the server makes of it, and takes back what was changed before what was made", async () => {
    const { port } = cluster((step) =>
      step.type === "create"
        ? { type: "done", object: { ...(step.body as KubeObject), data: { a: "1", byAdmission: "yes" } } }
        : { type: "done", object: config("20") },
    );
    const preview = await previewDraft(draft(modify, created), port);
    if (preview.type !== "preview") throw new Error(preview.type);
    expect(preview.steps.map(({ type }) => type)).toEqual(["patch", "create"]);
    expect(preview.undo.map(({ type, target }) => `${type} ${target.name}`)).toEqual(["patch carts", "delete new"]);
    expect(preview.diff).toContain("+  byAdmission: yes");
    expect(preview.touches).toMatchObject([{ target: { name: "carts" }, uid: "c", resourceVersion: "5" }]);
  });

  test("puts a value back before it restarts what reads it, and removes what was made last first", async () => {
    const other = (name: string): Change => ({
      ...created,
      object: { ...created.object, metadata: { name, namespace: "shop" } },
    });
    const before = deployment(2);
    const after = { ...before, spec: { ...(before.spec as object), minReadySeconds: 5 } } as KubeObject;
    const { port } = cluster((step) =>
      step.target.kind === "Deployment" ? { type: "done", object: after } : { type: "done", object: config("20") },
    );
    const preview = await previewDraft(draft(other("a"), other("b"), modify, { type: "modify", before, after }), port);
    if (preview.type !== "preview") throw new Error(preview.type);
    expect(preview.undo.map(({ type, target }) => `${type} ${target.kind} ${target.name}`)).toEqual([
      "patch ConfigMap carts",
      "patch Deployment carts",
      "delete ConfigMap b",
      "delete ConfigMap a",
    ]);
  });

  test("of a scale is what we can tell: the answer is another kind of object", async () => {
    const scale: Change = { type: "scale", before: deployment(2), replicas: 0 };
    const preview = await previewDraft(draft(scale), cluster(() => ({ type: "done" })).port);
    expect(preview).toMatchObject({ undo: [{ subresource: "scale", body: { spec: { replicas: 2 } } }] });
    expect(preview.type === "preview" && preview.diff).toMatch(/-\s+replicas: 2\n\+\s+replicas: 0/);
  });

  test("of what cannot be previewed says so", () => {
    const heal: Change = { type: "heal", object: pod(undefined), port: 8080, path: "/heal" };
    expect(draftDiff(draft(heal))).toBe("POST http://Pod shop/carts-1:8080/heal (cannot be previewed)");
    expect(draftDiff(draft({ type: "evict", object: pod(undefined) }))).toContain("+++ (evicted)");
    expect(draftDiff(draft({ type: "delete", object: pod(undefined), propagation: "Background" }))).toContain(
      "+++ (deleted)",
    );
  });
});

describe("the way back", () => {
  test.each<{ name: string; change: Change; after?: KubeObject; want: object | undefined }>([
    {
      name: "of a scale is the number of before, one where none was given",
      change: { type: "scale", before: deployment(undefined), replicas: 5 },
      want: { type: "patch", subresource: "scale", body: { spec: { replicas: 1 } } },
    },
    {
      name: "of a change starts from what the server made of it",
      change: modify,
      after: config("20"),
      want: {
        body: [
          { op: "test", path: "/data/pool", value: "20" },
          { op: "replace", path: "/data/pool", value: "10" },
        ],
      },
    },
    { name: "of a change that the server has not shown is none", change: modify, want: undefined },
    { name: "of what was made is its deletion", change: created, want: { type: "delete", target: { name: "new" } } },
    {
      name: "of a deletion is none",
      change: { type: "delete", object: pod(undefined), propagation: "Background" },
      want: undefined,
    },
    { name: "of an eviction is none", change: { type: "evict", object: pod(undefined) }, want: undefined },
    {
      name: "of a healing is none",
      change: { type: "heal", object: pod(undefined), port: 1, path: "/" },
      want: undefined,
    },
  ])("$name", ({ change, after, want }) => {
    const step = undoStepOf(change, after);
    if (want) expect(step).toMatchObject(want);
    else expect(step).toBeUndefined();
  });
});

describe("what a plan holds that no step names", () => {
  const replicaSet = { kind: "ReplicaSet", name: "carts-5d4" };
  const held = (...changes: readonly Change[]) => alsoHeld(changes).map(refKey);
  const gone = (object: KubeObject): Change => ({ type: "delete", object, propagation: "Background" });
  test.each([
    {
      name: "the workload and the node of a pod that goes",
      of: gone(pod(replicaSet, "5d4")),
      want: ["Deployment/shop/carts", "Node//node-1"],
    },
    {
      name: "likewise when it is evicted",
      of: { type: "evict", object: pod(replicaSet, "5d4") } as const,
      want: ["Deployment/shop/carts", "Node//node-1"],
    },
    {
      name: "no node when it heals itself",
      of: { type: "heal", object: pod(replicaSet, "5d4"), port: 1, path: "/" } as const,
      want: ["Deployment/shop/carts"],
    },
    {
      name: "a replica set that no deployment made",
      of: gone(pod(replicaSet)),
      want: ["Node//node-1", "ReplicaSet/shop/carts-5d4"],
    },
    {
      name: "a replica set of another hash",
      of: gone(pod(replicaSet, "777")),
      want: ["Node//node-1", "ReplicaSet/shop/carts-5d4"],
    },
    {
      name: "a stateful set whose pods bear a hash",
      of: gone(pod({ kind: "StatefulSet", name: "db-5d4" }, "5d4")),
      want: ["Node//node-1", "StatefulSet/shop/db-5d4"],
    },
    { name: "nothing but the node of a pod without an owner", of: gone(pod(undefined)), want: ["Node//node-1"] },
    {
      name: "what an autoscaler scales",
      of: {
        type: "modify",
        before: {
          apiVersion: "autoscaling/v2",
          kind: "HorizontalPodAutoscaler",
          metadata: { name: "h", namespace: "shop", uid: "h" },
          spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" }, maxReplicas: 3 },
        },
        after: config("1"),
      } as const,
      want: ["Deployment/shop/carts"],
    },
    { name: "nothing of anything else", of: modify, want: [] },
  ])("$name", ({ of, want }) => expect(held(of)).toEqual(want));

  test("each once, whatever the order of the changes", () => {
    const [a, b] = [gone(pod(replicaSet, "5d4")), gone(pod({ kind: "StatefulSet", name: "db" }))];
    expect(held(a, b, a)).toEqual(["Deployment/shop/carts", "Node//node-1", "StatefulSet/shop/db"]);
    expect(held(b, a)).toEqual(held(a, b));
  });
});
