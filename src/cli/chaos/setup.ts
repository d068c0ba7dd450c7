import { createPrometheusClient } from "../../adapters/prometheus/prometheus-client.ts";
import type { ChaosRunDeps } from "../../app/chaos/chaos-run.ts";
import { type AppError, inputError } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { visibleText } from "../../lib/visible-text.ts";
import type { Store } from "../../store/open-store.ts";
import { stopSignal } from "../stop-signal.ts";
import type { JudgedChaos } from "./judge-chaos.ts";

/** Everything a run needs. `signal` is aborted by SIGINT and SIGTERM: what was changed is put back first. */
export function runDeps({ config, place }: JudgedChaos, store: Store, signal: AbortSignal): ChaosRunDeps {
  const { url, token, tenant } = config.prometheus;
  const prometheus = url
    ? createPrometheusClient({ url, ...(token ? { bearerToken: token } : {}), ...(tenant ? { tenant } : {}) })
    : undefined;
  return {
    ...place,
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

/** One line to standard output; characters that would steer a terminal are made visible. */
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
