import type { KubernetesPlace } from "../../adapters/kubernetes-config.ts";
import type { Config } from "../../config/config.ts";
import { strayVariables } from "../../config/stray-variables.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Check } from "./check.ts";
import { mailAddressesCheck } from "./email.ts";
import { filesCheck } from "./files.ts";
import { kubernetesCheck } from "./kubernetes.ts";
import { proxyNotUsed } from "./proxy-note.ts";

/**
 * Says in the log what a watcher starts without: it goes on all the same, and the operator would otherwise learn of a wrong
 * kubeconfig only from the incident about its blindness, minutes later.
 * @param options `signal` is aborted when the start is over: a cluster that does not answer must not keep a process that has ended
 */
export async function warnAtStart(
  config: Config,
  place: KubernetesPlace,
  {
    log,
    signal,
    env = process.env,
  }: { readonly log: Logger; readonly signal: AbortSignal; readonly env?: NodeJS.ProcessEnv },
): Promise<void> {
  for (const { name, meant } of strayVariables(env)) log.warn({ variable: name, meant }, "config.variable-not-read");
  const proxy = proxyNotUsed(env);
  if (proxy)
    log.warn({ variable: proxy, remedy: "Set NODE_USE_ENV_PROXY=1 too (docs/configuration.md)." }, "proxy.not-used");
  const checks: readonly Check[] = [
    kubernetesCheck({ ...place, namespaces: config.kubernetes.namespaces, scraping: !config.prometheus.url }),
    filesCheck(config),
    mailAddressesCheck(config),
  ];
  for (const check of checks) {
    const result = await check.run(signal);
    if (signal.aborted) return;
    if (result.state === "failed")
      log.warn({ what: check.name, problem: result.detail, remedy: result.remedy }, "setup.incomplete");
  }
}
