import { setTimeout as delay } from "node:timers/promises";
import { intentDigest } from "../../src/actions/change/intent.ts";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import { stamped } from "../../src/actions/execute/stamp.ts";
import { makePlan } from "../../src/actions/plan/plan.ts";
import { nothingSpent } from "../../src/actions/policy/policy.ts";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { makeRef, type ObjectRef } from "../../src/incident/object-ref.ts";
import type { Redact } from "../../src/incident/redacted.ts";
import { messageOf } from "../../src/lib/app-error.ts";
import { objectAt, objectsAt } from "../../src/replay/api/json.ts";
import { newPlanId } from "../../src/store/plans/plan-store.ts";
import type { Check } from "./checks.ts";
import { type ClusterApi, type Manifest, namedOf } from "./cluster-api.ts";

interface Case {
  readonly action: ActionCode;
  readonly target: ObjectRef;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Actions that the suite does not try on somebody's cluster, and what would. */
export const left: Readonly<Partial<Record<ActionCode, string>>> = {
  cordon: "touches a node that others use; tried against the API emulator",
  uncordon: "touches a node that others use; tried against the API emulator",
  drain: "touches a node that others use; tried against the API emulator",
  "expand-volume": "needs a storage class that lets volumes grow",
  "set-image": "needs a second version of the image in the registry",
  "resume-rollout": "the same write as the undo of pause-rollout, which is tried",
  "restore-secret": "kubemend reads no Secret; it gives steps for a person",
  guide: "steps for a person, nothing to apply",
  none: "nothing to apply",
  "soft-heal": "the sample patient-app has the endpoint; it is not part of the shop",
};

/** What the shop has not: an object for each action that needs one. */
function furniture(namespace: string, image: string): readonly Manifest[] {
  const pod = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "work",
        image,
        command: ["node", "-e", "console.log('done')"],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  };
  const metadata = (name: string) => ({ name, namespace });
  const schedule = { schedule: "0 4 * * *", jobTemplate: { spec: { template: { spec: pod } } } };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("settings"), data: { pool: "10" } },
    { apiVersion: "v1", kind: "ResourceQuota", metadata: metadata("roomy"), spec: { hard: { pods: "60" } } },
    { apiVersion: "batch/v1", kind: "CronJob", metadata: metadata("nightly"), spec: schedule },
    { apiVersion: "batch/v1", kind: "CronJob", metadata: metadata("weekly"), spec: { ...schedule, suspend: true } },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadata("once"),
      spec: { backoffLimit: 0, template: { spec: pod } },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: metadata("reader"),
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata("catalogue"),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "catalogue" },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
        ],
      },
    },
  ];
}

const finalizer = "example.com/hold";

export function casesIn(namespace: string, pods: readonly string[]): readonly Case[] {
  const of = (action: ActionCode, kind: string, name: string, params: Case["params"] = {}): Case => ({
    action,
    target: makeRef(kind, namespace, name),
    params,
  });
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];
  const container = "payment";
  return [
    of("patch-resources", "Deployment", "payment", { container, limits: { memory: "224Mi" } }),
    of("patch-probe", "Deployment", "payment", { container, probe: "readiness", value: null }),
    of("set-env", "Deployment", "payment", { container, name: "NOTE", value: "suite" }),
    of("restart", "Deployment", "payment"),
    of("free-patch", "Deployment", "payment", { patch: { spec: { minReadySeconds: 2 } } }),
    of("scale", "Deployment", "payment", { replicas: 2 }),
    of("pause-rollout", "Deployment", "payment"),
    of("rollback-deployment", "Deployment", "payment"),
    of("patch-selector", "Service", "payment", { selector: { app: "payment", tier: "suite" } }),
    of("patch-service-port", "Service", "payment", { port: 80, targetPort: 8080 }),
    of("patch-config", "ConfigMap", "settings", { key: "pool", value: "20" }),
    of("patch-quota", "ResourceQuota", "roomy", { hard: { pods: "70" } }),
    of("create-hpa", "Deployment", "payment", { minReplicas: 1, maxReplicas: 2, cpuPercent: 80 }),
    of("patch-hpa", "HorizontalPodAutoscaler", "catalogue", { maxReplicas: 4 }),
    of("suspend-cronjob", "CronJob", "nightly"),
    of("resume-cronjob", "CronJob", "weekly"),
    of("patch-role", "Role", "reader", { rules }),
    of("rerun-job", "Job", "once"),
    of("delete-job", "Job", "once"),
    of("remove-finalizer", "ConfigMap", "held", { finalizer }),
    ...pods.slice(0, 1).map((name) => of("evict-pod", "Pod", name)),
    ...pods.slice(1, 2).map((name) => of("delete-pod", "Pod", name)),
  ];
}

const asIs: Redact = ((text: string) => text) as Redact;

async function plan({ action, target, params }: Case, cluster: ActorPort): Promise<ActionPlan | string> {
  const made = await makePlan(
    {
      incidentId: "1",
      recommendation: {
        id: `R-${action}`,
        action,
        target,
        params,
        needs: [],
        reason: asIs("the cluster suite tries it"),
        confidence: 1,
        kubectl: "",
        risk: "low",
        reversible: true,
      },
    },
    {
      cluster,
      redact: asIs,
      policy: defaultPolicy,
      now: Date.now,
      standing: async () => ({ now: Date.now(), frozen: false, spent: nothingSpent }),
      newId: newPlanId,
    },
  );
  return made.type === "planned" ? made.plan : `${made.refusal.reason}: ${made.refusal.detail}`;
}

/** Applies one action, looks whether the object is as the plan said, takes it back, and looks again. */
async function tryOne(one: Case, actor: ActorPort): Promise<Check> {
  const name = `${one.action} ${one.target.kind}/${one.target.name}`;
  const made = await plan(one, actor);
  if (typeof made === "string") {
    // No earlier revision, a job that still runs: the world lacks what the action works on, and it says so.
    const result = one.action === "rollback-deployment" || one.action === "rerun-job" ? "skipped" : "broken";
    return { name, result, detail: made.slice(0, 200) };
  }
  const intents = async () => {
    const found = await actor.get(one.target);
    return found.type === "found" ? intentDigest(found.object, { replicas: true }) : found.type;
  };
  const carryOut = async (phase: "apply" | "undo") => {
    for (const step of phase === "apply" ? made.steps : made.undo) {
      const now = await actor.get(step.target);
      const outcome = await actor.apply(stamped(step, made, phase, now.type === "found" ? now.object : undefined), {});
      if (outcome.type !== "done" && outcome.type !== "gone")
        throw new Error(`${phase}: ${JSON.stringify(outcome).slice(0, 200)}`);
    }
  };
  const before = await intents();
  await carryOut("apply");
  const after = await intents();
  const created = made.steps.some(({ type }) => type === "create");
  if (made.undo.length === 0) return { name, result: "holds", detail: "applied; irreversible, as the plan says" };
  await carryOut("undo");
  const again = await intents();
  // Jobs and autoscalers are made beside the target, which stays as it is.
  const changed = created || after !== before;
  const problems = [
    ...(changed ? [] : ["nothing changed"]),
    ...(again === before ? [] : ["not as before after the undo"]),
  ];
  return {
    name,
    result: problems.length === 0 ? "holds" : "broken",
    detail: problems.join("; ") || "applied, verified, undone",
  };
}

async function jobHasEnded(api: ClusterApi, namespace: string, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const job = await api.get({ apiVersion: "batch/v1", kind: "Job", namespace, name: "once" });
    const ended = job && objectsAt(objectAt(job, "status"), "conditions").some(({ status }) => status === "True");
    if (ended || performance.now() > end) return;
    await delay(1_000);
  }
}

/** Every action of the catalogue that can be tried in a namespace: planned, applied, verified and undone. */
export async function catalogueWorks(options: {
  readonly api: ClusterApi;
  readonly actor: ActorPort;
  readonly namespace: string;
  readonly image: string;
  /** For a job to end, ms. */
  readonly settleMs?: number;
}): Promise<Check[]> {
  const { api, actor, namespace, image } = options;
  const made = furniture(namespace, image);
  for (const object of made) await api.apply(object);
  const held = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", namespace, finalizers: [finalizer] } };
  await api.apply(held);
  await api.remove({ ...held, ...held.metadata });
  await jobHasEnded(api, namespace, options.settleMs ?? 90_000);
  const pods = (await api.list("v1", "Pod", namespace, "app=catalogue")).map(({ metadata }) => metadata.name);
  const checks: Check[] = [];
  for (const one of casesIn(namespace, pods)) {
    try {
      checks.push(await tryOne(one, actor));
    } catch (error) {
      checks.push({
        name: `${one.action} ${one.target.kind}/${one.target.name}`,
        result: "broken",
        detail: messageOf(error, 240),
      });
    }
  }
  // What is left behind would be seen by what comes next: an autoscaler without metrics, a job that ran once.
  for (const object of made) await api.remove(namedOf(object));
  const skipped = Object.entries(left).map(
    ([action, why]): Check => ({ name: action, result: "skipped", detail: why }),
  );
  return [...checks, ...skipped];
}
