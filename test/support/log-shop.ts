import { createWorld, type World } from "./detect-objects.ts";
import { deployment, pod, service } from "./small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");

/** A workload that writes: what each of its pods says between two ticks, five seconds apart. */
export type Writer = (now: number, tick: number) => readonly string[];

export interface LogShop {
  readonly world: World;
  /** Pods by name, with what they write from now on; a pod that is not named any more writes nothing. */
  readonly writers: Map<string, Writer>;
  run(ms: number): void;
  /** Every detector that has found something in the runs since the last question, and the incidents. */
  found(): { readonly detectors: ReadonlySet<string>; readonly incidents: readonly string[] };
}

/** When it is wired, orders calls carts and catalogue; who is named by no address has nothing to do with anybody. */
const env = {
  carts: [],
  catalogue: [],
  orders: [
    { name: "CARTS_URL", value: "http://carts" },
    { name: "CATALOGUE_URL", value: "http://catalogue" },
  ],
  mail: [],
} as const;

/** Carts, catalogue, orders and mail with a pod each, that have run for `beforeMs` and are learned. */
export function openLogShop(
  writers: Readonly<Record<string, Writer>>,
  options: { learnMs?: number; beforeMs?: number; wired?: boolean } = {},
): LogShop {
  const world = createWorld({ start, learnMs: options.learnMs ?? 120_000 });
  for (const app of ["carts", "catalogue", "orders", "mail"] as const) {
    const own = { app, env: options.wired ? env[app] : [] };
    world.put(...deployment(own), pod({ ...own, at: start - 600_000 }), service(app));
  }
  const live = new Map(Object.entries(writers));
  const seen = new Set<string>();
  let tick = 0;
  const shop: LogShop = {
    world,
    writers: live,
    run(ms) {
      for (let left = ms; left > 0; left -= 5_000) {
        world.run(5_000, (now) => {
          for (const [name, write] of live) world.log(name, ...write(now, tick));
          tick++;
        });
        for (const { detector } of world.active()) seen.add(detector);
      }
    },
    found() {
      const detectors = new Set(seen);
      seen.clear();
      return { detectors, incidents: world.engine.incidents().map(({ title }) => title) };
    },
  };
  shop.run(options.beforeMs ?? 600_000);
  return shop;
}

export const requests =
  (perTick: number): Writer =>
  (now, tick) =>
    Array.from(
      { length: perTick },
      (_, i) => `level=info msg="GET /items" status=200 ms=${(tick * 7 + i) % 40} at=${now}`,
    );
