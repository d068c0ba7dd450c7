import { expect, test } from "vitest";
import { env, openShop, type Shop, targets } from "../../../support/open-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

/** One cause beyond the services breaks several of them: one incident. */

let serial = 0;
const late = { ok: 10, seconds: 0.9 };
/** Whoever calls waits, and whoever is called answers as fast as ever. */
const lateEverywhere: Parameters<Shop["run"]>[1] = {
  "frontend>carts": { ok: 10, seconds: 0.91 },
  frontend: { ok: 30, seconds: 0.61 },
};

function waits(shop: Shop, ...links: readonly (readonly [caller: string, peer: string])[]): void {
  for (const [caller, peer] of links) shop.traffic.waits(caller, peer, late);
}

test("a network that is late for all is one incident, though no caller has calls in common with another", () => {
  const shop = openShop();
  // A link with few calls shows it later.
  shop.run(35_000, { frontend: { ok: 30, seconds: 0.31 } }, () => waits(shop, ["frontend", "catalogue"]));
  shop.run(90_000, lateEverywhere, () =>
    waits(shop, ["frontend", "carts"], ["frontend", "catalogue"], ["carts", "carts-db"]),
  );
  expect(targets(shop)).toHaveLength(1);
});

test("a database and another service that are slow by their own clocks are two", () => {
  const shop = openShop();
  shop.run(90_000, {
    "carts>carts-db": late,
    "frontend>carts": { ok: 10, seconds: 0.91 },
    "frontend>catalogue": late,
    frontend: { ok: 30, seconds: 0.61 },
  });
  expect(targets(shop).sort()).toEqual(["Deployment/carts-db", "Deployment/catalogue"]);
});

test("what comes back while its incident is open comes back to it", () => {
  const shop = openShop();
  const most = [
    ["frontend", "carts"],
    ["carts", "carts-db"],
  ] as const;
  shop.run(60_000, lateEverywhere, () => waits(shop, ["frontend", "catalogue"], ...most));
  shop.run(150_000, lateEverywhere, () => waits(shop, ...most));
  shop.run(90_000, lateEverywhere, () => waits(shop, ["frontend", "catalogue"], ...most));
  expect(targets(shop)).toHaveLength(1);
});

test("a policy that closes the way for all is one incident", () => {
  const shop = openShop();
  shop.world.put({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: "default-deny-egress",
      namespace: "shop",
      uid: "policy",
      creationTimestamp: new Date(shop.world.now()).toISOString(),
    },
    spec: { podSelector: {}, policyTypes: ["Egress"] },
  });
  // What nobody asked for until then shows it later.
  shop.run(40_000, { "frontend>catalogue": { lost: 15 }, frontend: { ok: 15, failed: 15 } }, () =>
    shop.world.log("frontend-a1-x1", "ERROR call to catalogue failed: getaddrinfo EAI_AGAIN catalogue"),
  );
  shop.run(60_000, {
    "frontend>carts": { failed: 10 },
    "carts>carts-db": { lost: 10 },
    "frontend>catalogue": { lost: 15 },
    frontend: { ok: 5, failed: 25 },
  });
  expect(targets(shop)).toEqual(["NetworkPolicy/default-deny-egress"]);
  const [incident] = shop.world.engine.incidents();
  expect(incident?.affected.map(({ name }) => name).sort()).toEqual([
    "carts",
    "carts-db",
    "catalogue",
    "default-deny-egress",
    "frontend",
  ]);
});

test("callers of one workload do not leave when the incident is named after another that one cause has broken", () => {
  const shop = openShop();
  const noNetwork = (app: string) => {
    const at = new Date(shop.world.now()).toISOString();
    shop.world.event({
      apiVersion: "v1",
      kind: "Event",
      metadata: { uid: `none-${++serial}`, name: `none-${serial}`, namespace: "shop", creationTimestamp: at },
      type: "Warning",
      reason: "FailedCreatePodSandBox",
      message: `Failed to create pod sandbox: failed to setup network for sandbox "${serial}": no IP addresses available in range set`,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      involvedObject: { kind: "Pod", namespace: "shop", name: `${app}-a1-x2` },
    });
  };
  const waiting = (app: "carts" | "catalogue") =>
    pod({
      app,
      suffix: "x2",
      at: shop.world.now(),
      ready: false,
      phase: "Pending",
      env: env[app],
      state: { waiting: { reason: "ContainerCreating" } },
    });
  shop.world.drop(pod({ app: "carts", at: 0 }));
  shop.world.put(...deployment({ app: "carts", available: 0, env: env.carts }), waiting("carts"));
  // Another pod beside the one that serves.
  shop.world.put(...deployment({ app: "catalogue", replicas: 2, available: 1 }), waiting("catalogue"));
  let ticks = 0;
  shop.run(180_000, { "frontend>carts": { lost: 10 }, frontend: { ok: 20, failed: 10 }, "carts>carts-db": {} }, () => {
    if (ticks++ % 2 === 0) for (const app of ["carts", "catalogue"]) noNetwork(app);
  });
  expect(targets(shop)).toHaveLength(1);
});
