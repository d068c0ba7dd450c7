import { describe, expect, test } from "vitest";
import {
  apiTime,
  deploymentOf,
  eventAbout,
  made,
  nodeOf,
  ownedBy,
  statefulSet,
  workPod,
} from "../../../support/cluster-work.ts";
import { createWorld } from "../../../support/detect-objects.ts";
import { minute, old, open, start, titles } from "../../../support/everyday.ts";

const template = { spec: { containers: [{ name: "app", image: "registry/app:1" }] } };

describe("what is taken away on purpose", () => {
  test("the ConfigMap of the template before the last one is pruned", () => {
    const world = open();
    const config = (hash: string) => made("v1", "ConfigMap", `settings-${hash}`, { data: { a: hash } });
    const web = (hash: string, generation: number) =>
      deploymentOf("web", {
        replicas: 1,
        generation,
        spec: {
          template: {
            metadata: { labels: { app: "web" } },
            spec: { containers: [{ name: "app", envFrom: [{ configMapRef: { name: `settings-${hash}` } }] }] },
          },
        },
      });
    const set = (hash: string) =>
      made("apps/v1", "ReplicaSet", `web-${hash}`, {
        meta: ownedBy("Deployment", "web"),
        spec: { replicas: 1, template },
      });
    const pod = (hash: string) =>
      workPod({
        name: `web-${hash}-x`,
        owner: { kind: "ReplicaSet", name: `web-${hash}` },
        at: world.now(),
        labels: { app: "web" },
      });
    world.put(config("h1"), web("h1", 1), set("h1"), pod("h1"));
    world.run(minute);
    world.put(config("h2"), web("h2", 2), set("h2"), pod("h2"));
    world.drop(pod("h1"));
    world.run(minute);
    world.drop(config("h1"));
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a load balancer takes minutes to be taken down, and so does its namespace", () => {
    const world = open();
    const deletionTimestamp = apiTime(start);
    world.put(
      made("v1", "Service", "web", {
        meta: { deletionTimestamp, finalizers: ["service.kubernetes.io/load-balancer-cleanup"] },
        spec: { type: "LoadBalancer", selector: { app: "web" } },
      }),
      made("v1", "Namespace", "preview", {
        meta: { namespace: undefined, deletionTimestamp },
        spec: { finalizers: ["kubernetes"] },
      }),
    );
    world.run(3 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a Deployment waits for its pods, which take their time to end (foreground deletion)", () => {
    const world = open();
    const meta = { deletionTimestamp: apiTime(start), finalizers: ["foregroundDeletion"] };
    world.put(
      deploymentOf("web", { replicas: 1, meta }),
      made("apps/v1", "ReplicaSet", "web-a1", { meta: ownedBy("Deployment", "web"), spec: { replicas: 1, template } }),
      workPod({
        name: "web-a1-x",
        owner: { kind: "ReplicaSet", name: "web-a1" },
        at: old,
        deletionTimestamp: apiTime(start + 10 * minute),
      }),
    );
    world.run(4 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("an ingress whose backend is an action of its controller", () => {
    const world = open();
    const backend = { service: { name: "ssl-redirect", port: { name: "use-annotation" } } };
    world.put(
      made("v1", "Service", "web", { spec: { clusterIP: "10.0.0.1" } }),
      made("networking.k8s.io/v1", "Ingress", "web", {
        meta: { creationTimestamp: apiTime(old) },
        spec: { rules: [{ http: { paths: [{ backend }] } }] },
      }),
    );
    world.run(3 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a Service behind an ingress is replaced", () => {
    const world = createWorld({ start, tickMs: 5_000 });
    const web = made("v1", "Service", "web", { spec: { clusterIP: "10.0.0.1" } });
    const other = made("v1", "Service", "other", { spec: { clusterIP: "10.0.0.2" } });
    const backend = { service: { name: "web", port: { number: 80 } } };
    const spec = { rules: [{ http: { paths: [{ backend }] } }] };
    world.put(
      web,
      other,
      made("networking.k8s.io/v1", "Ingress", "web", { meta: { creationTimestamp: apiTime(old) }, spec }),
    );
    world.put({ ...web, spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] } });
    world.run(minute);
    world.drop(web);
    world.run(5_000);
    world.put({ ...web, spec: { clusterIP: "10.0.0.3", ports: [{ port: 80 }] } });
    world.run(minute);
    expect(world.engine.incidents().map(({ title }) => title)).toEqual([]);
    world.drop(web);
    world.run(30_000);
    expect(world.engine.incidents().map(({ title }) => title)).toEqual([
      "Ingress web sends traffic to Service web, which does not exist",
    ]);
  });

  test("Karpenter would like to take a node away and says why it does not", () => {
    const world = open();
    const budget = made("policy/v1", "PodDisruptionBudget", "db", {
      spec: { minAvailable: 1, selector: { matchLabels: { app: "db" } } },
      status: { disruptionsAllowed: 0 },
    });
    world.put(
      nodeOf("node-1"),
      budget,
      statefulSet("db", { replicas: 1 }),
      workPod({ name: "db-0", owner: { kind: "StatefulSet", name: "db" }, at: old }),
    );
    world.event(
      eventAbout({ kind: "Node", name: "node-1" }, "DisruptionBlocked", 'Pdb "shop/db" prevents pod evictions', {
        at: start,
        count: 12,
        type: "Normal",
      }),
    );
    world.run(2 * minute);
    expect(titles(world)).toEqual([]);
  });
});
