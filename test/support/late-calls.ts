import type { DetectionEngine } from "../../src/detection/engine/engine.ts";
import { createWorld, type World } from "./detect-objects.ts";
import { createTraffic, deployment, pod, service } from "./small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const apps = ["frontend", "carts", "mail"] as const;
type App = (typeof apps)[number];
type Load = { readonly ok?: number; readonly failed?: number; readonly caller?: string };

/** What a log says when a call fails, and nothing else tells who calls whom. */
export const inVain = (app: string) => `ERROR call to ${app} failed: connect ECONNREFUSED ${app}:80`;

/** Three workloads of which nothing says who calls whom. */
export interface LateCalls {
  readonly world: World;
  /** Five seconds a step; what a workload is not given it answers as ever. `frontend`: lines that it writes in each. */
  /** Five seconds, and what detection says at their end. */
  tick(step?: Partial<Record<App, Load>>, frontend?: readonly string[]): ReturnType<DetectionEngine["tick"]>;
  run(ms: number, step?: Partial<Record<App, Load>>, frontend?: readonly string[]): void;
  /** The same until detection proves two to be one; they are merged. @returns false when that did not happen in time */
  runMerging(ms: number, step?: Partial<Record<App, Load>>, frontend?: readonly string[]): boolean;
  /** `1 open carts`, with what it was merged into. */
  incidents(): readonly string[];
}

/** A shop without configured addresses that has run quietly for five minutes. */
export function openLateCalls(): LateCalls {
  const world = createWorld({ start });
  const traffic = createTraffic(Object.fromEntries(apps.map((app) => [app, `${app}-a1-x1`])));
  for (const app of apps) world.put(...deployment({ app }), pod({ app, at: start - 600_000 }), service(app));
  const usual: Record<App, Load> = { frontend: { ok: 30 }, carts: { ok: 10 }, mail: { ok: 10 } };
  const step = (loads: Partial<Record<App, Load>>, lines: readonly string[]) => {
    for (const app of apps) traffic.serve(app, { ...usual[app], ...loads[app] });
    traffic.scrape(world);
    world.log("frontend-a1-x1", ...lines);
  };
  const shop: LateCalls = {
    world,
    tick(loads = {}, lines = []) {
      const changes = world.run(5_000, () => step(loads, lines));
      return { changes, active: world.active(), oneCause: world.oneCause() };
    },
    run: (ms, loads = {}, lines = []) => void world.run(ms, () => step(loads, lines)),
    runMerging(ms, loads = {}, lines = []) {
      for (let left = ms; left > 0; left -= 5_000) {
        world.run(5_000, () => step(loads, lines));
        const [found] = world.oneCause();
        if (!found) continue;
        world.engine.merge(found.part.id, found.whole.id, world.now());
        return true;
      }
      return false;
    },
    incidents: () =>
      world.engine
        .incidents()
        .map(
          ({ id, status, target, mergedInto }) =>
            `${id} ${status} ${target.name}${mergedInto === undefined ? "" : ` in ${mergedInto}`}`,
        ),
  };
  shop.run(300_000);
  return shop;
}
