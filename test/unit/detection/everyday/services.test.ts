import { describe, expect, test } from "vitest";
import {
  apiTime,
  daemonSet,
  deploymentOf,
  made,
  ownedBy,
  statefulSet,
  workPod,
} from "../../../support/cluster-work.ts";
import { minute, old, open, start, titles } from "../../../support/everyday.ts";

const _ended = (exitCode: number, from: number, to: number, reason = "Error") => ({
  terminated: { exitCode, reason, startedAt: apiTime(from), finishedAt: apiTime(to) },
});

describe("pods without anybody behind their Service", () => {
  const headless = (name: string, spec: object) =>
    made("v1", "Service", name, { spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } });

  test("a DaemonSet for nodes that are not there now", () => {
    const world = open();
    world.put(daemonSet("gpu", { replicas: 0 }), headless("gpu", {}));
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a Job that has ended beside a workload that is at zero", () => {
    const world = open();
    const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "app" }] } };
    world.put(
      headless("web", {}),
      deploymentOf("web", { replicas: 0 }),
      made("batch/v1", "Job", "migrate", {
        spec: { template },
        status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
      }),
      workPod({
        name: "migrate-x",
        owner: { kind: "Job", name: "migrate" },
        at: old,
        phase: "Succeeded",
        labels: { app: "web" },
      }),
    );
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("the preview of a blue-green rollout (Argo) whose ReplicaSet was taken down", () => {
    const world = open();
    const set = (hash: string, replicas: number) =>
      made("apps/v1", "ReplicaSet", `web-${hash}`, {
        meta: ownedBy("Rollout", "web"),
        spec: {
          replicas,
          template: { metadata: { labels: { app: "web", hash } }, spec: { containers: [{ name: "app" }] } },
        },
        status: { replicas },
      });
    const preview = (hash: string) =>
      made("v1", "Service", "web-preview", { spec: { selector: { app: "web", hash }, ports: [{ port: 80 }] } });
    const pod = (hash: string) =>
      workPod({
        name: `web-${hash}-x`,
        owner: { kind: "ReplicaSet", name: `web-${hash}` },
        at: world.now(),
        labels: { app: "web", hash },
      });
    world.put(set("a", 1), pod("a"), preview("a"));
    world.run(minute);
    world.put(set("b", 1), pod("b"), preview("b"));
    world.run(minute);
    world.put(set("b", 0));
    world.drop(pod("b"));
    world.run(3 * minute);
    expect(titles(world)).toEqual([]);
  });

  const ofKeda = { "app.kubernetes.io/managed-by": "keda-operator", "scaledobject.keda.sh/name": "worker" };
  test.each<[string, { readonly ofHpa?: object; readonly meta?: object }, readonly string[]]>([
    ["KEDA takes", { ofHpa: { labels: ofKeda, ...ownedBy("ScaledObject", "worker") } }, []],
    ["Knative takes", { meta: { labels: { "serving.knative.dev/revision": "worker-00001" } } }, []],
    ["a downscaler takes", { meta: { annotations: { "downscaler/original-replicas": "1" } } }, []],
    ["somebody takes", {}, ["worker was scaled to zero while others need it"]],
  ])("%s a worker to zero although another calls it", (_who, { ofHpa, meta = {} }, want) => {
    const world = open();
    const env = [{ name: "WORKER_URL", value: "http://worker:80" }];
    const caller = deploymentOf("web", {
      replicas: 1,
      spec: { template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "app", env }] } } },
    });
    const hpa = made("autoscaling/v2", "HorizontalPodAutoscaler", "keda-hpa-worker", {
      meta: ofHpa ?? {},
      spec: { scaleTargetRef: { kind: "Deployment", name: "worker" }, minReplicas: 1, maxReplicas: 5 },
      status: {
        conditions: [
          { type: "ScalingActive", status: "False", reason: "ScalingDisabled", lastTransitionTime: apiTime(start) },
        ],
      },
    });
    const sets = ["web", "worker"].map((app) =>
      made("apps/v1", "ReplicaSet", `${app}-a1`, {
        meta: ownedBy("Deployment", app),
        spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
      }),
    );
    const pod = (app: string) =>
      workPod({ name: `${app}-a1-x`, owner: { kind: "ReplicaSet", name: `${app}-a1` }, at: old, labels: { app } });
    world.put(
      caller,
      ...sets,
      deploymentOf("worker", { replicas: 1 }),
      pod("web"),
      pod("worker"),
      headless("worker", {}),
      ...(ofHpa ? [hpa] : []),
    );
    world.run(minute);
    world.put(deploymentOf("worker", { replicas: 0, generation: 2, meta }));
    world.drop(pod("worker"));
    world.run(5 * minute);
    expect(titles(world)).toEqual(want);
  });
});

describe("a pod that drains its connections for minutes before the next is made", () => {
  const service = made("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
  const owner = { kind: "StatefulSet", name: "web" };

  /** What is told while it ends, for two minutes of the five that it was granted. */
  const drain = (ready: boolean): readonly string[] => {
    const world = open();
    world.put(statefulSet("web", { replicas: 1 }), service, workPod({ name: "web-0", owner, at: old }));
    world.run(minute);
    const deletionTimestamp = apiTime(world.now() + 5 * minute);
    world.put(
      statefulSet("web", { replicas: 1, available: ready ? 1 : 0 }),
      workPod({ name: "web-0", owner, at: old, ready, deletionTimestamp }),
    );
    world.run(2 * minute);
    return titles(world);
  };

  test("serves while it is ready", () => {
    expect(drain(true)).toEqual([]);
  });

  test("and does not when it is not", () => {
    expect(drain(false)).toEqual(["web has no ready pod behind its service"]);
  });
});
