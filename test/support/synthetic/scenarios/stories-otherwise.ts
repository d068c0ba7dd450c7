import { type Any, stamp } from "../kube-types.ts";
import type { Life } from "../kubelet.ts";
import type { World } from "../world.ts";
import { deletePodOf } from "./configuration.ts";
import { another } from "./post-mortems-platform.ts";
import { object, planFor, removed, type Scenario, setEnv, share, tagOf, withTag } from "./scenario.ts";
import { pullFails } from "./workloads.ts";

/** Published stories on another service, in other words or by another way than where they were first told. */

const on = (app: string, causes: readonly string[], ...fixes: readonly string[]): Scenario["expect"] => [
  { causes, culprits: [`Deployment/${app}`], fixes: fixes.map((fix) => `${fix} Deployment/${app}`) },
];
const node = { culprits: ["Node/node-1"], fixes: ["guide Node/node-1", "cordon Node/node-1", "drain Node/node-1"] };
const calmLinks = (world: World): void => {
  world.switches.link = () => undefined;
};

export const otherwiseStories: readonly Scenario[] = [
  {
    id: "story-otherwise-registry-limits-pulls-of-a-rolling-update",
    shop: "sock-shop",
    script: pullFails(
      "catalogue",
      (image) => withTag(image.replace("localhost:5000/", "ghcr.io/"), "1.9.1"),
      (image) =>
        `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://ghcr.io/v2/shop/catalogue/manifests/1.9.1: 429 Too Many Requests`,
    ),
    expect: on("catalogue", ["rate-limited", "image-pull-denied"], "rollback-deployment", "guide"),
  },
  {
    id: "story-otherwise-registry-away-during-a-rollout",
    shop: "sock-shop",
    script: pullFails(
      "carts",
      (image) => withTag(image.replace("localhost:5000/", "registry.corp.example/"), "1.7.3"),
      (image) =>
        `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://registry.corp.example/v2/shop/carts/manifests/1.7.3": dial tcp: lookup registry.corp.example on 10.96.0.10:53: server misbehaving`,
    ),
    expect: on("carts", ["external-dependency", "dns-failure"], "rollback-deployment", "guide"),
  },
  {
    id: "story-otherwise-handles-used-up-at-the-door",
    shop: "sock-shop",
    script: {
      inject(world) {
        const ill = (life: Life | undefined) =>
          life !== undefined && tagOf(life.image) === "2.9.2" && world.now() > life.startedAt + 60_000;
        world.switches.link = (from, to) =>
          from === "frontend" && ill(world.life("frontend"))
            ? { error: `dial tcp ${to}:80: socket: too many open files`, code: "EMFILE" }
            : undefined;
        world.deploy("frontend", (_spec, container) => {
          container.image = withTag(container.image, "2.9.2");
        });
      },
      fix: (world) => world.undo("frontend"),
    },
    expect: on("frontend", ["pool-exhausted", "bad-release"], "rollback-deployment", "restart"),
  },
  {
    id: "story-otherwise-default-deny-ingress",
    shop: "sock-shop",
    script: {
      inject(world) {
        world.api.create(
          object("networking.k8s.io/v1", "NetworkPolicy", "zero-trust", {
            metadata: { name: "zero-trust", namespace: world.api.namespace, uid: "" },
            spec: { podSelector: {}, policyTypes: ["Ingress"] },
          }),
        );
        world.switches.link = () => ({ error: "timeout", code: "ETIMEDOUT" });
      },
      fix(world) {
        world.api.remove("NetworkPolicy", "zero-trust");
        calmLinks(world);
      },
    },
    expect: [
      {
        causes: ["network-policy-blocked"],
        culprits: ["NetworkPolicy/zero-trust"],
        fixes: ["guide NetworkPolicy/zero-trust", "free-patch NetworkPolicy/zero-trust"],
      },
    ],
  },
  {
    id: "story-otherwise-no-addresses-for-a-replaced-pod",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.hold = () => ({
          reason: "FailedCreatePodSandBox",
          message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${world.api.hex(64)}": plugin type="calico" failed (add): failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled`,
        });
        world.restart("payment");
      },
      fix(world) {
        world.switches.hold = () => undefined;
      },
    },
    expect: [{ causes: ["network-fault", "node-pressure"], ...node, mayDoubt: true }],
  },
  {
    id: "story-otherwise-slow-starter-killed-after-a-restart",
    shop: "meadow",
    script: {
      inject(world) {
        planFor(world, "payment", (usual, _pod, container) =>
          container.name === "payment"
            ? { ...usual, listenAfterMs: 29_000, readyAfterMs: 30_000, killedCode: 143, lines: usual.lines.slice(0, 1) }
            : undefined,
        );
        world.restart("payment");
      },
      fix: (world) =>
        world.deploy("payment", (_spec, container) => {
          container.livenessProbe = { ...container.livenessProbe, initialDelaySeconds: 45 };
        }),
    },
    expect: on("payment", ["bad-liveness-probe"], "patch-probe"),
  },
  {
    id: "story-otherwise-one-pod-behind-renamed-labels",
    shop: "meadow",
    script: {
      inject(world) {
        const labels = { app: "payment-api", tier: "backend" };
        another(world, "payment", "payment-api", (spec, container) => {
          spec.selector = { matchLabels: labels };
          spec.template.metadata = {
            labels,
            annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" },
          };
          container.name = "payment";
          container.image = withTag(container.image, "3.2.1");
        });
        world.api.sim.after(25_000, () => {
          for (const rs of world.api.list<Any>("ReplicaSet"))
            if (rs.metadata.labels?.["app"] === "payment") world.api.remove("ReplicaSet", rs.metadata.name);
          removed(world, "Deployment", "payment");
          for (const pod of world.pods("payment"))
            world.api.update("Pod", pod.metadata.name, (found) => {
              found.metadata.deletionTimestamp = stamp(world.now() + 5_000);
            });
        });
      },
      fix: (world) =>
        world.api.update<Any>("Service", "payment", (found) => {
          found.spec = { ...(found.spec as object), selector: { app: "payment-api", tier: "backend" } };
        }),
    },
    expect: [
      { causes: ["selector-mismatch"], culprits: ["Service/payment"], fixes: ["patch-selector Service/payment"] },
    ],
  },
  {
    id: "story-otherwise-retries-by-a-setting",
    shop: "meadow",
    script: {
      inject(world) {
        const ill = () => {
          const life = world.life("orders");
          return life !== undefined && world.env(life)["RETRIES"] === "6";
        };
        world.switches.behave = ({ app, request }) => {
          if (app === "orders") return ill() ? { calls: 6 } : undefined;
          return app === "payment" && ill() ? { addMs: 150 + 200 * share(request.trace) } : undefined;
        };
        world.deploy("orders", (_spec, container) => setEnv(container, "RETRIES", "6"));
      },
      fix: (world) => world.undo("orders"),
    },
    expect: on("orders", ["bad-config", "bad-release"], "rollback-deployment", "set-env"),
  },
  {
    id: "story-otherwise-packets-lost-everywhere-untold",
    shop: "meadow",
    script: {
      inject(world) {
        world.switches.link = () => (world.api.random() < 0.3 ? { error: "timeout", code: "ETIMEDOUT" } : undefined);
      },
      fix: calmLinks,
    },
    expect: [
      {
        causes: ["network-fault", "dns-failure"],
        culprits: ["Node/node-1", "Namespace/*", "Deployment/coredns"],
        fixes: ["guide *", "restart Deployment/coredns"],
        mayDoubt: true,
      },
    ],
  },
  {
    id: "story-otherwise-a-pod-is-moved-while-no-addresses-are-left-for-a-moment",
    shop: "sock-shop",
    script: {
      inject(world) {
        const since = world.now();
        world.switches.hold = () =>
          world.now() < since + 9_000
            ? {
                reason: "FailedCreatePodSandBox",
                message: `Failed to create pod sandbox: failed to setup network for sandbox "${world.api.hex(64)}": no IP addresses available in range set`,
              }
            : undefined;
        deletePodOf("catalogue")(world);
      },
      fix: () => undefined,
    },
    expect: [],
  },
];
