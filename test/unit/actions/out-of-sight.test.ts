import { describe, expect, test } from "vitest";
import { intentDigest } from "../../../src/actions/change/intent.ts";
import { verifyPlan } from "../../../src/actions/verify/verify.ts";
import { objectIn } from "../../../src/adapters/kubernetes-api/object-in.ts";
import { readObject } from "../../../src/adapters/kubernetes-reader/read-object.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import type { ActionPlan, WriteStep } from "../../../src/incident/fix/action-plan.ts";
import type { StoredPlan } from "../../../src/incident/fix/stored-plan.ts";
import { makeRef, type ObjectRef, refKey } from "../../../src/incident/object-ref.ts";
import { planView } from "../../support/incident-view.ts";

const minute = 60_000;
const appliedAt = 100 * minute;
const carts = makeRef("Deployment", "shop", "carts");
const orders = makeRef("Deployment", "shop", "orders");
const agents = makeRef("DaemonSet", "shop", "agents");
const pod = makeRef("Pod", "shop", "carts-1");

const workload = ({ kind, name }: ObjectRef, replicas: number, memory = "96Mi"): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: "shop", uid: name, resourceVersion: `${replicas}-${memory}` },
  spec: {
    ...(kind === "DaemonSet" ? {} : { replicas }),
    template: { spec: { containers: [{ name, resources: { limits: { memory } } }] } },
  },
  status:
    kind === "DaemonSet"
      ? { desiredNumberScheduled: replicas, updatedNumberScheduled: replicas, numberAvailable: replicas }
      : { replicas, updatedReplicas: replicas, availableReplicas: replicas },
});

const symptomOn = (target: ObjectRef, endsAt?: number): Anomaly => ({
  fingerprint: `oom-${target.name}`,
  detector: "test",
  family: "state",
  reason: "oom",
  target,
  score: 1,
  severity: "high",
  summary: `oom on ${target.name}`,
  startsAt: appliedAt - 5 * minute,
  detectedAt: appliedAt - 5 * minute,
  ...(endsAt === undefined ? {} : { endsAt }),
});

const patch: WriteStep = { type: "patch", target: carts, patchType: "json", body: [] };
const scaleTo = (replicas: number): WriteStep => ({
  type: "patch",
  target: carts,
  subresource: "scale",
  patchType: "merge",
  body: { spec: { replicas } },
});
const touchOf = (before: string) => ({ target: carts, uid: "carts", resourceVersion: "1", before, after: "after" });

interface Seen {
  readonly plan?: Partial<ActionPlan>;
  readonly objects: readonly KubeObject[];
  readonly gone?: readonly ObjectRef[];
  readonly symptoms?: readonly Anomaly[];
  readonly now?: number;
}

/** What is written down of a change that was applied, when this is what the cluster looks like. */
async function judged({ plan = {}, objects, gone = [], symptoms, now = appliedAt + minute }: Seen) {
  const stored: StoredPlan = {
    ...planView,
    plan: {
      ...planView.plan,
      target: carts,
      steps: [patch],
      touches: [touchOf("")],
      verifyWithinMs: 5 * minute,
      state: "applied",
      ...plan,
    },
    appliedAt,
  };
  const said: string[] = [];
  await verifyPlan(
    stored.plan.id,
    {
      anomalies: symptoms ?? [symptomOn(carts, appliedAt + 10_000)],
      onAffected: [],
      blindTo: new Set(),
      appliedAt,
      now,
    },
    {
      plans: {
        get: async () => stored,
        saveVerification: async ({ verdict, reason }) => said.push(`${verdict}: ${reason}`) > 0,
      },
      look: async (ref) => objects.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name),
      isGone: (ref) => gone.some((one) => refKey(one) === refKey(ref)),
      undo: async (planId) => ({ type: "undone", planId }),
    },
  );
  return said[0];
}

const recovered = /^recovered: /;
const untold = (why: string) => `unknown: ${why}: whether the change helped cannot be told.`;

describe("symptoms that are out of sight are not gone", () => {
  test.each<Seen & { readonly name: string; readonly want: string | RegExp }>([
    { name: "pods are there", objects: [workload(carts, 2)], want: recovered },
    {
      name: "somebody has scaled the target to zero",
      objects: [workload(carts, 0)],
      want: untold("Deployment shop/carts has no pods any more"),
    },
    {
      name: "the plan itself has",
      plan: { steps: [scaleTo(0)] },
      objects: [workload(carts, 0)],
      want: recovered,
    },
    {
      name: "the plan has scaled it up, and somebody to zero",
      plan: { steps: [scaleTo(3)] },
      objects: [workload(carts, 0)],
      want: untold("Deployment shop/carts has no pods any more"),
    },
    {
      name: "no node is left for a DaemonSet",
      plan: { target: agents, steps: [{ ...patch, target: agents }], touches: [] },
      objects: [workload(agents, 0)],
      want: untold("DaemonSet shop/agents has no pods any more"),
    },
    {
      name: "who would make another pod in place of a deleted one was deleted",
      plan: {
        action: "delete-pod",
        target: pod,
        steps: [{ type: "delete", target: pod, propagation: "Background" }],
        alsoHolds: [carts],
        touches: [],
      },
      objects: [],
      gone: [carts],
      want: untold("Deployment shop/carts was deleted since"),
    },
    {
      name: "another workload that showed a symptom was deleted",
      objects: [workload(carts, 2)],
      gone: [orders],
      symptoms: [symptomOn(carts, appliedAt + 10_000), symptomOn(orders, appliedAt + 10_000)],
      want: untold("Deployment shop/orders was deleted since"),
    },
    {
      name: "another that had shown one before, and none any more",
      objects: [workload(carts, 2)],
      gone: [orders],
      symptoms: [symptomOn(carts, appliedAt + 10_000), symptomOn(orders, appliedAt - minute)],
      want: recovered,
    },
    {
      name: "the target was to be let go",
      plan: { action: "remove-finalizer", steps: [patch], touches: [] },
      objects: [],
      gone: [carts],
      want: recovered,
    },
  ])("$name", async ({ want, ...seen }) => {
    expect(await judged(seen)).toMatch(want);
  });
});

describe("a change that is not in place any more is not judged", () => {
  const before = workload(carts, 2, "34Mi");
  const plan = { touches: [touchOf(intentDigest(before))] };
  const back = untold("Deployment shop/carts is again as it was before, because something or somebody has put it back");
  test.each<Seen & { readonly name: string; readonly want: string | RegExp }>([
    { name: "as it was left", plan, objects: [workload(carts, 2)], want: recovered },
    { name: "put back, and the symptoms are gone", plan, objects: [before], want: back },
    {
      name: "put back, and the symptoms stay",
      plan,
      objects: [before],
      symptoms: [symptomOn(carts)],
      now: appliedAt + 6 * minute,
      want: back,
    },
    {
      name: "in place, and the symptoms stay",
      plan,
      objects: [workload(carts, 2)],
      symptoms: [symptomOn(carts)],
      now: appliedAt + 6 * minute,
      want: /^not-recovered: Still there/,
    },
    {
      name: "a number of pods, set back by somebody",
      plan: { steps: [scaleTo(4)], touches: [touchOf(intentDigest(workload(carts, 2), { replicas: true }))] },
      objects: [workload(carts, 2)],
      want: back,
    },
    { name: "changed further", plan, objects: [workload(carts, 2, "128Mi")], want: recovered },
  ])("$name", async ({ want, ...seen }) => {
    expect(await judged(seen)).toMatch(want);
  });
});

test("what the watch keeps of an object has the digest that the actor gave it when the plan was made", () => {
  const kind = { apiVersion: "apps/v1", kind: "Deployment" };
  const metadata = {
    name: "carts",
    namespace: "shop",
    uid: "u",
    resourceVersion: "1",
    generation: 3,
    labels: { app: "carts" },
  };
  const spec = {
    replicas: 2,
    selector: { matchLabels: { app: "carts" } },
    template: { spec: { containers: [{ name: "carts" }] } },
  };
  const answer = {
    ...kind,
    metadata: { ...metadata, managedFields: [{ manager: "kubectl" }] },
    spec,
    status: { replicas: 2 },
  };
  // Items of lists leave out of what kind they are.
  const { apiVersion: _version, kind: _kind, ...item } = answer;
  const [read, watched] = [objectIn(answer), readObject({ ...kind, plural: "deployments" }, item)];
  expect(read && watched && intentDigest(watched)).toBe(read && intentDigest(read));
});
