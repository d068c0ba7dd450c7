import { apiTime } from "./cluster-work.ts";
import { createWorld } from "./detect-objects.ts";

/** Where the everyday work of clusters begins in tests that expect no incident of it (ms). */
export const start = Date.parse("2026-11-20T12:00:00Z");
export const minute = 60_000;
/** When whatever has long been there was made (ms). */
export const old = start - 30 * 24 * 60 * minute;

/** A cluster that is looked at every 15 seconds. */
export const open = (at = start) => createWorld({ start: at, tickMs: 15_000 });
export type World = ReturnType<typeof open>;
export const titles = (world: World) => world.engine.incidents().map(({ title }) => title);

/** State of a container that runs since then (ms). */
export const running = (at: number) => ({ running: { startedAt: apiTime(at) } });
/** State of a container that ran from then to then (ms). */
export const ended = (exitCode: number, from: number, to: number, reason = "Error") => ({
  terminated: { exitCode, reason, startedAt: apiTime(from), finishedAt: apiTime(to) },
});
