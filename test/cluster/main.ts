import { writeFile } from "node:fs/promises";
import { AppError } from "../../src/lib/app-error.ts";
import { createLogger } from "../../src/lib/logger.ts";
import { readOptions } from "../support/read-options.ts";
import { isGood, type Report, reportText } from "./report.ts";

// `npm run cluster`: everything that only a real cluster can show. Exit code 0: all as it should be, 1: not, 2: cannot run.

const usage = `npm run cluster -- [--kubeconfig <file>] [--context <name>] [--image <image>] [--only <words> ...]
                   [--quiet-minutes <n>] [--json] [--out <file>] [--emulated <recording>]

Breaks a shop of its own in a namespace of its own on a cluster you may experiment with (KUBECONFIG), and shows what kubemend makes of it.

  --image          image of the shop's programs (default kubemend:0.1.0)
  --only           checks and faults whose name holds these words; may be given again
  --quiet-minutes  how long nothing is broken before and between (default 10)
  --json, --out    the report as JSON, on standard output or in a file
  --emulated       the suite itself, on a recording instead of a cluster

Exit code 0: all as it should be, 1: not, 2: it cannot run.`;

const { values } = readOptions(usage, {
  image: { type: "string", default: "kubemend:0.1.0" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  only: { type: "string", multiple: true, default: [] },
  "quiet-minutes": { type: "string", default: "10" },
  emulated: { type: "string" },
  json: { type: "boolean", default: false },
  out: { type: "string" },
});
const kubeconfig = values.kubeconfig ?? process.env["KUBECONFIG"];
const log = createLogger({ level: process.env["KUBEMEND_LOG_LEVEL"] ?? "error" });
const startedAt = performance.now();
const say = (text: string) =>
  process.stderr.write(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(5)} s  ${text}\n`);

const stopping = new AbortController();

async function run(): Promise<Report | undefined> {
  if (values.emulated) {
    const { runOnRecording } = await import("./on-recording.ts");
    return await runOnRecording({ folder: values.emulated, log, say });
  }
  if (!kubeconfig) {
    process.stderr.write(
      "npm run cluster needs a Kubernetes cluster that you may experiment with: set KUBECONFIG (kind create cluster makes one), or try the suite itself with --emulated test/recordings/sock-shop-01.\n",
    );
    return undefined;
  }
  // What was broken is put back and the namespace removed before it ends.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  const { loadKubeConfig } = await import("../../src/adapters/kubernetes-config.ts");
  const { runOnCluster } = await import("./on-cluster.ts");
  return await runOnCluster({
    kubeConfig: loadKubeConfig({ kubeconfig: values.kubeconfig, context: values.context }),
    image: values.image,
    only: values.only,
    quietMinutes: Number(values["quiet-minutes"]) || 10,
    log,
    say,
    signal: stopping.signal,
  });
}

try {
  const report = await run();
  if (!report) process.exitCode = 2;
  else {
    if (values.out) await writeFile(values.out, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : reportText(report)}\n`);
    process.exitCode = isGood(report) ? 0 : 1;
  }
} catch (error) {
  if (stopping.signal.aborted) {
    process.stderr.write("Interrupted; what was broken is put back.\n");
    process.exitCode = 1;
  } else {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n${error.remedy ?? ""}\n`);
    process.exitCode = error.exitCode;
  }
}
