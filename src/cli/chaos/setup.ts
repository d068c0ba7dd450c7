import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createKubernetesChaos } from "../../adapters/kubernetes-chaos/kubernetes-chaos.ts";
import { loadKubeConfig } from "../../adapters/kubernetes-config.ts";
import { createPrometheusClient } from "../../adapters/prometheus/prometheus-client.ts";
import type { ChaosRunDeps } from "../../app/chaos/chaos-run.ts";
import type { Experiment } from "../../chaos/experiment.ts";
import { parseExperiment } from "../../chaos/parse-experiment.ts";
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { type AppError, inputError, messageOf } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import { packageVersion } from "../package-version.ts";
import { stopSignal } from "../stop-signal.ts";

export interface ChaosOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly image?: string;
}

export interface ExperimentFile {
  readonly file: string;
  readonly experiment: Experiment;
  readonly body: unknown;
}

const maxFiles = 200;

async function filesIn(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
    return names.slice(0, maxFiles).map((name) => join(path, name));
  } catch (cause) {
    throw inputError(
      "experiment-missing",
      `${path} cannot be read: ${messageOf(cause, 120)}.`,
      "Give a file or a folder of experiments; k8s/chaos has some.",
      cause,
    );
  }
}

/** Reads experiments from files and folders. @throws AppError (exit code 2) that lists every problem of every file */
export async function readExperiments(paths: readonly string[]): Promise<readonly ExperimentFile[]> {
  const files = (await Promise.all(paths.map(filesIn))).flat();
  const found: ExperimentFile[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const parsed = parseExperiment(await readFile(file, "utf8"));
    if (parsed.ok) found.push({ file, experiment: parsed.experiment, body: parsed.body });
    else problems.push(...parsed.problems.map((problem) => `  - ${file}: ${problem}`));
  }
  const names = found.map(({ experiment }) => experiment.name);
  for (const name of new Set(names.filter((one, at) => names.indexOf(one) !== at)))
    problems.push(`  - ${name}: two files have this name; give each its own`);
  if (problems.length > 0 || found.length === 0)
    throw inputError(
      "experiment-invalid",
      problems.length > 0
        ? `There ${problems.length === 1 ? "is a problem" : `are ${problems.length} problems`}:\n${problems.join("\n")}`
        : "There is no experiment (*.yaml) there.",
      "docs/chaos.md describes every setting.",
    );
  return found;
}

export interface OpenChaos extends AsyncDisposable {
  readonly config: Config;
  readonly store: Store;
}

export async function openChaosStore(options: ChaosOptions): Promise<OpenChaos> {
  const config = await loadConfig(options.config, process.env);
  const store = await openStore({
    ...(config.database.url ? { url: config.database.url } : {}),
    dataFolder: config.data,
  });
  return { config, store, [Symbol.asyncDispose]: () => store.close() };
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
export function runDeps(open: OpenChaos, options: ChaosOptions, signal: AbortSignal): ChaosRunDeps {
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
      (async (query) => (await prometheus.query(query, { at: Date.now() })).result.map(({ value }) => value)),
    say,
    signal,
  };
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
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
