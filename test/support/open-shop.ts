import { expect } from "vitest";
import { createWorld, type World } from "./detect-objects.ts";
import { createTraffic, deployment, pod, service, type Traffic } from "./small-shop.ts";

export const start = Date.parse("2026-11-20T12:00:00Z");
export const apps = ["frontend", "carts", "carts-db", "catalogue"] as const;
export type App = (typeof apps)[number];
export const env: Readonly<Record<App, readonly object[]>> = {
  frontend: [
    { name: "CARTS_URL", value: "http://carts" },
    { name: "CATALOGUE_URL", value: "http://catalogue" },
  ],
  carts: [{ name: "DB_URL", value: "http://carts-db" }],
  "carts-db": [],
  catalogue: [],
};

export interface Shop {
  readonly world: World;
  readonly traffic: Traffic;
  /** Five seconds of requests per entry; overridden by `serve`. */
  serve(step: Partial<Record<`${App}>${App}` | "frontend", Parameters<Traffic["serve"]>[1]>>): void;
  /** Runs with that traffic. */
  run(ms: number, step?: Parameters<Shop["serve"]>[0], each?: () => void): ReturnType<World["run"]>;
}

export interface OpenShopOptions {
  /** Nobody counts the calls that he makes: only who answers counts. */
  readonly uncounted?: boolean;
  /** A service of which nothing says who calls it, with its requests in five seconds. */
  readonly unnamed?: { readonly name: string; requests(): number };
}

/** A shop that has run quietly for five minutes. */
export function openShop({ uncounted = false, unnamed }: OpenShopOptions = {}): Shop {
  const world = createWorld({ start });
  const names = unnamed ? [...apps, unnamed.name] : apps;
  const traffic = createTraffic(Object.fromEntries(names.map((app) => [app, `${app}-a1-x1`])));
  const shop: Shop = {
    world,
    traffic,
    serve(step) {
      const normal = {
        frontend: { ok: 30 },
        "frontend>carts": { ok: 10 },
        "frontend>catalogue": { ok: 15 },
        "carts>carts-db": { ok: 10 },
      };
      for (const [edge, load] of Object.entries({ ...normal, ...step })) {
        const [from = "", to] = edge.split(">");
        traffic.serve(to ?? from, { ...load, ...(to === undefined || uncounted ? {} : { caller: from }) });
      }
      if (unnamed) traffic.serve(unnamed.name, { ok: unnamed.requests() });
    },
    run: (ms, step = {}, each) =>
      world.run(ms, () => {
        shop.serve(step);
        traffic.scrape(world);
        each?.();
      }),
  };
  for (const app of apps)
    world.put(...deployment({ app, env: env[app] }), pod({ app, at: start - 600_000, env: env[app] }), service(app));
  if (unnamed) {
    const app = unnamed.name;
    world.put(...deployment({ app }), pod({ app, at: start - 600_000 }), service(app));
  }
  shop.run(300_000);
  expect(world.engine.incidents()).toEqual([]);
  return shop;
}

export const targets = ({ world }: Shop): string[] =>
  world.engine.incidents().map(({ target }) => `${target.kind}/${target.name}`);
