import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createCall } from "./call.ts";
import type { Service } from "./serve.ts";

const dayMs = 86_400_000;

/**
 * Visitors per second at a moment: a day with its top at 14:00 UTC and its bottom at night.
 * @param swing 0 is no rhythm, 1 empties the night
 */
export function visitorsPerSecond(at: number, mean: number, swing: number): number {
  const phase = (2 * Math.PI * ((at % dayMs) - 14 * 3_600_000)) / dayMs;
  return mean * (1 + swing * Math.cos(phase));
}

/** Visitors who look around, put socks into a cart, and now and then buy. They arrive by chance (a Poisson process). */
export const load: Service = async ({ settings, serve }) => {
  const { app, registry } = serve();
  const call = createCall(settings, registry);
  const mean = settings.number("LOAD_VISITORS_PER_SECOND", 5);
  const swing = Math.min(1, settings.number("LOAD_DAILY_SWING", 0.6));
  const most = settings.number("LOAD_MOST_AT_ONCE", 200);
  let visiting = 0;
  let open = true;

  const visit = async (): Promise<void> => {
    const customer = randomUUID();
    await call("front-end", "/");
    await call("front-end", "/catalogue");
    // One page in fifty is a dead link.
    const id = Math.random() < 0.02 ? "nothing" : String(1 + Math.floor(Math.random() * 10));
    const item = await call("front-end", `/item/${id}`);
    if (item.status !== 200 || Math.random() < 0.4) return;
    await call("front-end", `/cart/${customer}`, { id });
    await call("front-end", `/cart/${customer}`);
    if (Math.random() < 0.5) await call("front-end", `/order/${customer}`, {});
  };

  const arrivals = async (): Promise<void> => {
    while (open) {
      const rate = Math.max(0.01, visitorsPerSecond(Date.now(), mean, swing));
      await delay((-Math.log(1 - Math.random()) / rate) * 1000);
      // Visitors of a shop that does not answer do not pile up without end.
      if (visiting >= most) continue;
      visiting++;
      visit()
        .catch((error: unknown) =>
          app.log.warn(`a visitor leaves: ${error instanceof Error ? error.message : String(error)}`),
        )
        .finally(() => visiting--);
    }
  };
  app.addHook("onReady", async () => void arrivals());
  // Who is in the shop may finish.
  app.addHook("preClose", async () => {
    open = false;
    for (let waited = 0; visiting > 0 && waited < 100; waited++) await delay(50);
  });
  return app;
};
