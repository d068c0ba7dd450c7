import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { actionCodes } from "../../src/incident/action-code.ts";
import { causeCodes } from "../../src/incident/cause.ts";
import type { Logger } from "../../src/lib/logger.ts";
import { parseTruth } from "../../src/replay/record/write-truth.ts";
import { serveRecording } from "../../src/replay/serve.ts";
import { listIncidents } from "../../src/store/incidents/incidents.ts";
import type { Report } from "./report.ts";
import { type FaultLimits, runFault } from "./run-fault.ts";
import { watchWithKubemend } from "./watch-kubemend.ts";

const limits: FaultLimits = { detectMs: 120_000, offerMs: 60_000, verifyMs: 120_000, undoMs: 0, calmMs: 60_000 };
/** Quiet time that is learnt from, before the fault (ms of the recording). */
const quietMs = 4 * 60_000;

/**
 * The same run as on a cluster, against the API of a recorded one: what the suite's own machinery is proven by. The fault
 * is the recorded one; only checks that need a real API server are left out.
 */
export async function runOnRecording(options: {
  readonly folder: string;
  readonly log: Logger;
  readonly databaseUrl?: string | undefined;
  /** Virtual seconds in a real one. */
  readonly speed?: number;
  readonly say?: (text: string) => void;
}): Promise<Report> {
  const { folder, log, speed = 6 } = options;
  const truth = parseTruth(JSON.parse(await readFile(join(folder, "truth.json"), "utf8")));
  const [fault] = truth.faults;
  if (!fault) throw new Error(`${folder} has no fault`);
  const injectedAt = Date.parse(fault.injectedAt);
  await using stack = new AsyncDisposableStack();
  const cluster = await serveRecording({ recording: folder, speed });
  stack.defer(() => cluster.close());
  // What lies before is history to everybody.
  cluster.clock.jumpTo(injectedAt - quietMs);
  const watched = stack.use(
    await watchWithKubemend({
      kubeConfig: cluster.kubeconfig,
      namespaces: cluster.recording.header.namespaces,
      scrapeSeconds: cluster.recording.header.scrapeIntervalSeconds,
      learnMinutes: 3,
      clock: cluster.clock,
      log,
      databaseUrl: options.databaseUrl,
    }),
  );
  const quietFrom = cluster.clock.now();
  while (cluster.clock.now() < injectedAt) await Promise.race([delay(200), watched.done]);
  const quiet = await listIncidents(watched.deps.database, { limit: 100 });
  const causes = causeCodes.filter((code) => code === fault.cause);
  // A rollout is mended by taking it back as well as by the change that the people of the recording made.
  const fixes = actionCodes.filter((code) => code === fault.fix.action || code === "rollback-deployment");
  const row = await runFault(
    {
      name: fault.id,
      seenIn: "recording",
      causes,
      culprit: fault.culprit,
      fixes,
      inject: async () => ({ at: injectedAt, restore: async () => undefined }),
    },
    { ...watched.deps, undo: undefined, limits, lookEveryMs: 200, ...(options.say ? { say: options.say } : {}) },
  );
  return {
    cluster: `the recording ${basename(folder)} (Kubernetes ${cluster.recording.header.kubernetesVersion}), served again`,
    emulated: true,
    checks: [],
    faults: [row],
    falseInQuietTime: quiet.map(({ title }) => title),
    quietMinutes: Math.round((injectedAt - quietFrom) / 60_000),
    skipped: [
      {
        what: "chart, K1, K2, catalogue, undo",
        why: "not of a recording; npm test tries all but the last against the API emulator",
      },
    ],
  };
}
