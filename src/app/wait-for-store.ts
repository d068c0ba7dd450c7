import { createServer, type Server } from "node:http";
import { AppError, messageOf } from "../lib/app-error.ts";
import { rest, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { openStore, type Store } from "../store/open-store.ts";

export interface WaitForStoreOptions {
  readonly url?: string;
  readonly dataFolder: string;
  readonly log: Logger;
  /** Where probes ask while there is no database yet; undefined for a role that serves nothing. */
  readonly probe?: { readonly host: string; readonly port: number } | undefined;
  /** Told once, when it has not come after half a minute. */
  readonly tell?: (problem: string) => Promise<void>;
  readonly signal: AbortSignal;
}

const firstDelayMs = 500;
const maxDelayMs = 10_000;
/** Said to people well within a minute, and not for a database that only restarts. */
const tellAfterMs = 30_000;

/**
 * Opens the store, and waits for it as long as it takes: a database that is away, refuses the password or takes no writes is
 * somebody's to repair, and a process that keeps ending tells him less than one that says what is wrong. Until then nothing
 * is detected and nothing can be approved: `/healthz` is well, `/readyz` says why not, the log says it with every attempt.
 * @returns undefined when told to stop
 * @throws what waiting cannot mend: an embedded server that does not start, a migration that fails
 */
export async function waitForStore(options: WaitForStoreOptions): Promise<Store | undefined> {
  const { log, signal } = options;
  const startedAt = performance.now();
  let delayMs = firstDelayMs;
  let told = false;
  let problem = "the database has not answered yet";
  let server: Server | undefined;
  try {
    while (!signal.aborted) {
      try {
        const store = await openStore(options);
        if (server) log.info({ seconds: Math.round((performance.now() - startedAt) / 1000) }, "store.back");
        return store;
      } catch (error) {
        if (!options.url || !(error instanceof AppError) || !error.retryable) throw error;
        problem = `${messageOf(error)}${error.remedy ? ` ${error.remedy}` : ""}`;
      }
      log.error({ error: problem, retryMs: delayMs }, "store.waiting");
      server ??= await answerProbes(options, () => problem);
      if (!told && performance.now() - startedAt >= tellAfterMs) {
        told = true;
        await options
          .tell?.(problem)
          .catch((error: unknown) => log.warn({ error: messageOf(error) }, "store.not-told"));
      }
      await rest(systemClock, delayMs, signal);
      delayMs = Math.min(delayMs * 2, maxDelayMs);
    }
    return undefined;
  } finally {
    const open = server;
    // The port is needed by the real server at once.
    if (open)
      await new Promise<void>((resolve) => {
        open.close(() => resolve());
        open.closeAllConnections();
      });
  }
}

async function answerProbes({ probe, log }: WaitForStoreOptions, why: () => string): Promise<Server | undefined> {
  if (!probe) return undefined;
  const server = createServer((request, response) => {
    const alive = request.url === "/healthz";
    response.writeHead(alive ? 200 : 503, { "content-type": "text/plain" });
    response.end(alive ? "ok\n" : `${why()}\n`);
  });
  return await new Promise((resolve) => {
    server.once("error", (error) => {
      // Without probes it still waits; the real server will say that the port is taken.
      log.warn({ error: messageOf(error) }, "store.no-probe");
      resolve(undefined);
    });
    server.listen(probe.port, probe.host, () => resolve(server));
  });
}
