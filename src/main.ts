import { startActorRole } from "./compose/actor-role.ts";
import { type FoundationOptions, layFoundation } from "./compose/foundation.ts";
import { createRunning, type Started } from "./compose/running.ts";
import { startWatcherRole } from "./compose/watcher-role.ts";

export type { Role } from "./compose/foundation.ts";

export interface KubemendOptions extends FoundationOptions {
  readonly onTick?: (now: number) => void;
}

export interface Kubemend extends Started {
  /** Address of the web server; absent for an actor. */
  readonly url?: string;
}

/** Puts the parts together and runs them. @throws AppError with a remedy when something is missing. */
export async function startKubemend(options: KubemendOptions): Promise<Kubemend> {
  const { role, onTick } = options;
  await using running = createRunning();
  const foundation = await layFoundation(options, running);
  if (role !== "watcher") await startActorRole(foundation);
  const url = role === "actor" ? undefined : await startWatcherRole(foundation, onTick);
  return { ...running.handOver(), ...(url === undefined ? {} : { url }) };
}
