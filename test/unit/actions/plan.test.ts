import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import { planDigest } from "../../../src/actions/plan/plan-digest.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import type { Redact } from "../../../src/incident/redacted.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { planDeps, planFor, recommend } from "../../support/plan-fixture.ts";

const carts = ["Deployment", "carts"] as const;

describe("a plan says everything that will be done", () => {
  test("which pods and services feel it, what it changes, how to do and undo it by hand", async () => {
    await using cluster = await startActorCluster();
    const plan = await planFor(
      recommend("patch-resources", carts, { container: "carts", limits: { memory: "96Mi" } }),
      cluster.actor,
    );
    expect(plan).toMatchObject({
      incidentId: "7",
      action: "patch-resources",
      risk: "medium",
      approvalsNeeded: 1,
      state: "proposed",
      blastRadius: {
        pods: 2,
        services: [makeRef("Service", "shop", "carts-internal")],
        note: expect.stringContaining("2 pods are replaced one after the other"),
      },
      kubectl: expect.stringContaining('"memory":"96Mi"'),
    });
    expect(plan.undoKubectl).toContain('"value":"34Mi"');
    expect(plan.digest).toBe(planDigest(plan));
    expect(plan.expiresAt).toBeGreaterThan(Date.now() + 14 * 60_000);
  });

  test("the change of a config map is felt by those who read it again", async () => {
    await using cluster = await startActorCluster();
    const plan = await planFor(
      recommend("patch-config", ["ConfigMap", "carts-config"], { key: "pool", value: "20", restart: ["carts"] }),
      cluster.actor,
    );
    expect(plan.blastRadius).toMatchObject({ pods: 2, services: [makeRef("Service", "shop", "carts-internal")] });
  });

  test("what could not be read of what feels the change is said, and not taken for nothing", async () => {
    await using cluster = await startActorCluster();
    const blind: ActorPort = {
      ...cluster.actor,
      list: async (kind, namespace) =>
        kind === "Service" || kind === "PodDisruptionBudget"
          ? { type: "failed", reason: "forbidden", detail: "HTTP 403" }
          : await cluster.actor.list(kind, namespace),
    };
    const { blastRadius } = await planFor(recommend("restart", carts), blind);
    expect(blastRadius.note).toContain("Which Services are in front could not be read.");
    expect(blastRadius.note).toContain("Which disruption budgets protect its pods could not be read.");
  });

  test("its digest is that of the plan read back from JSON", async () => {
    await using cluster = await startActorCluster();
    const plan = await planFor(recommend("rollback-deployment", carts), cluster.actor);
    expect(planDigest(JSON.parse(JSON.stringify(plan)))).toBe(plan.digest);
  });

  test("whatever is shown has been through the redactor", async () => {
    await using cluster = await startActorCluster();
    const redact = ((text: string) => text.replaceAll("hunter2", "▮")) as Redact;
    const plan = await planFor(
      recommend("set-env", carts, { container: "carts", name: "TOKEN", value: "hunter2" }),
      cluster.actor,
      { redact },
    );
    expect(JSON.stringify([plan.diff, plan.kubectl, plan.undoKubectl])).not.toContain("hunter2");
    expect(JSON.stringify(plan.steps)).toContain("hunter2");
  });

  test("an object that moves while it is previewed is read again", async () => {
    await using cluster = await startActorCluster();
    let moves = 3;
    const moving = {
      ...cluster.actor,
      dryRun: async (step: Parameters<typeof cluster.actor.dryRun>[0]) => {
        if (moves-- > 0)
          cluster.edit("Deployment", "carts", (object) => ({ ...object, status: { readyReplicas: moves } }));
        return await cluster.actor.dryRun(step);
      },
    };
    const plan = await planFor(
      recommend("set-image", carts, { container: "carts", image: "registry.local/shop/carts:1.4.3" }),
      moving,
    );
    expect(plan.resourceVersion).toBe(cluster.get("Deployment", "carts")?.metadata.resourceVersion);
  });

  test.each([
    ["carts:1.4.2", "docker.io/library/carts:1.4.3", "carts:1.4.3"],
    ["docker.io/library/carts:1.4.2", "carts:1.4.3", "docker.io/library/carts:1.4.3"],
    ["shop/carts@sha256:0a", "index.docker.io/shop/carts:1.4.3", "shop/carts:1.4.3"],
    ["carts:1.4.2", "docker.io/library/carts:1.4.2", "docker.io/library/carts:1.4.2"],
  ])("of %s the version may be %s, because the repository is the same; it is written %s", async (now, next, written) => {
    await using cluster = await startActorCluster();
    cluster.edit("Deployment", "carts", (object) => {
      const copy = structuredClone(object) as KubeObject & {
        spec: { template: { spec: { containers: { name: string; image?: string }[] } } };
      };
      for (const one of copy.spec.template.spec.containers) if (one.name === "carts") one.image = now;
      return copy;
    });
    const plan = await planFor(recommend("set-image", carts, { container: "carts", image: next }), cluster.actor);
    expect(plan.diff).toMatch(new RegExp(`^\\+.*image: ${written}$`, "m"));
    expect(plan.kubectl).toContain(`=${written}`);
  });

  test("one that never stands still gets no plan", async () => {
    await using cluster = await startActorCluster();
    let tick = 0;
    const moving = {
      ...cluster.actor,
      dryRun: async (step: Parameters<typeof cluster.actor.dryRun>[0]) => {
        cluster.edit("Deployment", "carts", (object) => ({ ...object, status: { readyReplicas: tick++ } }));
        return await cluster.actor.dryRun(step);
      },
    };
    const recommendation = recommend("restart", carts);
    expect(await makePlan({ incidentId: "7", recommendation }, planDeps(moving))).toMatchObject({
      type: "refused",
      refusal: { reason: "unreachable", detail: expect.stringContaining("faster than") },
    });
  });
});

describe("which revision a rollback goes back to", () => {
  const revision =
    (number: number, image: string, annotations: Record<string, string> = {}) =>
    (base: KubeObject) => {
      const copy = structuredClone(base) as KubeObject & {
        metadata: { name: string; uid: string };
        spec: { template: { metadata: object; spec: { containers: { name: string; image?: string }[] } } };
      };
      copy.metadata.name = `carts-${number}`;
      const { template } = copy.spec;
      template.metadata = { ...template.metadata, annotations };
      for (const container of template.spec.containers) if (container.name === "carts") container.image = image;
      return {
        ...copy,
        metadata: {
          ...copy.metadata,
          uid: `rs-${number}`,
          annotations: { "deployment.kubernetes.io/revision": String(number) },
        },
      };
    };

  test("not to the same program before its pods were restarted", async () => {
    await using cluster = await startActorCluster();
    const base = cluster.get("ReplicaSet", "carts-2");
    if (!base) throw new Error("no ReplicaSet");
    const restarted = revision(3, "registry.local/shop/carts:1.4.2", {
      "kubectl.kubernetes.io/restartedAt": "2026-11-20T12:00:00Z",
    })(base);
    cluster.table.apply({ type: "ADDED", object: restarted as never });
    cluster.edit("Deployment", "carts", (object) => ({
      ...object,
      spec: {
        ...(object.spec as object),
        template: {
          ...(object.spec as { template: object }).template,
          metadata: {
            labels: { app: "carts" },
            annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-20T12:00:00Z" },
          },
        },
      },
    }));
    const plan = await planFor(recommend("rollback-deployment", carts), cluster.actor);
    expect(plan.blastRadius.note).toContain("Back to revision 1.");
    expect(plan.kubectl, "kubectl left alone would choose the restart").toContain("--to-revision=1");
    expect(plan.diff).toContain("carts:1.4.1");
  });
});
