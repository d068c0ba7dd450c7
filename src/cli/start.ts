import { loadKubeConfig } from "../adapters/kubernetes-config.ts";
import { loadConfig } from "../config/load-config.ts";
import { inputError } from "../lib/app-error.ts";
import { createLogger } from "../lib/logger.ts";
import { type Role, startKubemend } from "../main.ts";
import { openStore } from "../store/open-store.ts";

const roles: readonly Role[] = ["watcher", "actor", "all"];

/** `kubemend start`: runs until told to stop, then lets what is half done finish. */
export async function start(options: { config?: string; kubeconfig?: string; role: string }): Promise<void> {
  const role = roles.find((one) => one === options.role);
  if (!role)
    throw inputError(
      "role-unknown",
      `There is no role ${JSON.stringify(options.role)}.`,
      `Use one of ${roles.join(", ")}.`,
    );
  const config = await loadConfig(options.config, process.env);
  const log = createLogger({ level: config.log.level });
  const kubeConfig = loadKubeConfig({
    ...config.kubernetes,
    ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
  });
  await using store = await openStore({
    ...(config.database.url ? { url: config.database.url } : {}),
    dataFolder: config.data,
    log,
  });
  log.info({ store: store.origin, migrated: store.migrated.length }, "store.ready");
  await using kubemend = await startKubemend({ config, role, store, kubeConfig, log });
  log.info({ role, cluster: config.cluster, url: kubemend.url }, "kubemend.started");
  const stopped = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.resolve(signal));
  const why = await Promise.race([stopped.promise, kubemend.done.then(() => "done")]);
  log.info({ why }, "kubemend.stopping");
}
