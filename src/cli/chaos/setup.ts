import { createKubernetesChaos } from "../../adapters/kubernetes-chaos/kubernetes-chaos.ts";
import { loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import { createPrometheusClient } from "../../adapters/prometheus/prometheus-client.ts";
import type { ChaosRunDeps } from "../../app/chaos/chaos-run.ts";
import type { Config } from "../../config/config.ts";
import { type AppError, inputError } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { visibleText } from "../../lib/visible-text.ts";
import type { Configured } from "../open-configured.ts";
import { packageVersion } from "../package-version.ts";
import { stopSignal } from "../stop-signal.ts";

export interface ChaosOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly image?: string;
}

/** The cluster as the identity of experiments sees it. */
export function chaosCluster(config: Config, options: ChaosOptions): Pick<ChaosRunDeps, "cluster" | "ours" | "image"> {
  const kubeconfig = options.kubeconfig ?? config.chaos.kubeconfig ?? config.kubernetes.kubeconfig;
  const context = options.context ?? config.chaos.context ?? config.kubernetes.context;
  const own = process.env["POD_NAMESPACE"];
  return {
    cluster: createKubernetesChaos({ config: loadKubeConfig({ kubeconfig, context }) }),
    ours: ["kubemend", ...(own ? [own] : [])],
    image: options.image ?? config.chaos.image ?? `kubemend:${packageVersion()}`,
  };
}

/** Everything a run needs. `signal` is aborted by SIGINT and SIGTERM: what was changed is put back first. */
export function runDeps(open: Configured, options: ChaosOptions, signal: AbortSignal): ChaosRunDeps {
  const { config, store } = open;
  const { url, token } = config.prometheus;
  const prometheus = url ? createPrometheusClient({ url, ...(token ? { bearerToken: token } : {}) }) : undefined;
  return {
    ...chaosCluster(config, options),
    database: store.database,
    clusterName: config.cluster,
    clock: systemClock,
    promql:
      prometheus &&
      (async (query) =>
        (await prometheus.query(query, { at: Date.now() })).result.flatMap(({ value, buckets }) =>
          buckets ? [] : [value],
        )),
    say,
    signal,
  };
}

export function say(line: string): void {
  process.stdout.write(`${visibleText(line)}\n`);
}

/** Pressing Ctrl-C again changes nothing, because putting back must not be cut short. */
export function stopRun(): AbortSignal {
  return stopSignal({ again: () => process.stderr.write("Everything is being put back; one moment.\n") }).signal;
}

/** For what one run could not begin with. */
export function refusedError(name: string, problems: readonly string[]): AppError {
  return inputError(
    "experiment-refused",
    `${name} is not run:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    "Nothing was changed.",
  );
}

/** Who asks, when it is asked for at a command line. */
export const operator = "cli:local";
