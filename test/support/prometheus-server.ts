import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { RecordedSeries } from "../../src/replay/recording/load-recording.ts";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);

/** Where a program is found on the PATH; undefined when it is not installed. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** OpenMetrics text of raw series, as `promtool tsdb create-blocks-from openmetrics` reads it. */
export function openMetricsOf(series: readonly RecordedSeries[]): string {
  const families = Map.groupBy(series, ({ name }) => name);
  const lines: string[] = [];
  for (const [name, members] of families) {
    for (const { labels, times, values } of members) {
      const text = Object.entries(labels)
        .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
        .join(",");
      times.forEach((time, i) => void lines.push(`${name}{${text}} ${values[i]} ${(time / 1_000).toFixed(3)}`));
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
}

/** A real Prometheus that has scraped these series, once upon a time. Scrapes nothing itself. `flags` come on top of its own. */
export async function startPrometheus(
  binary: string,
  promtool: string,
  series: readonly RecordedSeries[],
  flags: readonly string[] = [],
): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-prometheus-"));
  await writeFile(join(folder, "samples.om"), openMetricsOf(series));
  await writeFile(join(folder, "prometheus.yml"), "scrape_configs: []\n");
  if (series.length > 0)
    await run(promtool, ["tsdb", "create-blocks-from", "openmetrics", "samples.om", "data"], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    });
  const port = await freePort();
  const child: ChildProcess = spawn(
    binary,
    [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--storage.tsdb.retention.time=100y",
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
      ...flags,
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const ready = () =>
    fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
