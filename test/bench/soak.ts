import { fork } from "node:child_process";
import { once } from "node:events";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { demoRecordingFolder } from "../../src/replay/demo-recording.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { serveRecording } from "../../src/replay/serve.ts";
import { createVirtualClock } from "../../src/replay/virtual-clock.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, rounded } from "./row.ts";
import type { SoakLook, SoakOrder } from "./soak-kubemend.ts";

/** Real time; another length for another question. */
const minutes = Number(process.env["KUBEMEND_SOAK_MINUTES"] ?? 30);
const speed = 60;
const mebibyte = 2 ** 20;

/** Growth over the looks by least squares, per hour of the cluster's time. */
function slopeOf(looks: readonly SoakLook[], value: (look: SoakLook) => number): number {
  const mean = (of: (look: SoakLook) => number) => looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
  const [at, middle] = [mean(({ hours }) => hours), mean(value)];
  const top = looks.reduce((sum, look) => sum + (look.hours - at) * (value(look) - middle), 0);
  return top / looks.reduce((sum, { hours }) => sum + (hours - at) ** 2, 0);
}

/**
 * kubemend for more than a day of the cluster's time: the recorded shop played sixty times as fast, an alert that comes or goes
 * every ten minutes, its pages and metrics read all the time. Nothing may creep. Only by name: it takes half an hour.
 */
export async function benchSoak(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const recording = await loadRecording(demoRecordingFolder);
  const startedAt = Date.now();
  const clock = createVirtualClock({ startAt: recording.start, speed });
  const cluster = await serveRecording({ recording, clock, hold: false, faults: [] });
  const slack = await startLocalSlack({ limits: { messagesPerChannel: 1_000_000 } });
  const order: SoakOrder = {
    clusterUrl: cluster.url,
    databaseUrl: postgres.url,
    slack: { apiUrl: slack.apiUrl, botToken: slack.botToken, signingSecret: slack.signingSecret },
    clock: { startedAt, startAt: recording.start, speed },
    minutes,
  };
  const looks: SoakLook[] = [];
  const child = fork(new URL("./soak-kubemend.ts", import.meta.url), [JSON.stringify(order)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (look) => looks.push(look as SoakLook));
  await once(child, "exit");
  await cluster.close();
  await slack.close();
  // The first quarter fills what is bounded.
  const settled = looks.slice(Math.floor(looks.length / 4));
  const last = settled.at(-1);
  if (!last || settled.length < 3) throw new Error("kubemend did not live long enough to be looked at");
  const most = (value: (look: SoakLook) => number) => Math.max(...settled.map(value));
  return [
    { name: "soak: hours of the cluster's time", value: rounded(last.hours), unit: "h" },
    { name: "soak: incidents in them", value: last.incidents, unit: "" },
    { name: "soak: memory at the end", value: rounded(last.rssBytes / mebibyte), unit: "MiB" },
    {
      name: "soak: heap after a collection, worst",
      value: rounded(most(({ heapBytes }) => heapBytes) / mebibyte),
      unit: "MiB",
    },
    {
      name: "soak: heap grows by, an hour",
      value: rounded(slopeOf(settled, ({ heapBytes }) => heapBytes / 1_024)),
      unit: "KiB",
    },
    { name: "soak: open files, worst", value: most(({ files }) => files), unit: "" },
    {
      name: "soak: open handles grow by, an hour",
      value: rounded(slopeOf(settled, ({ handles }) => handles)),
      unit: "",
    },
    { name: "soak: connections to PostgreSQL, worst", value: most(({ connections }) => connections), unit: "" },
    { name: "soak: event loop lag p99, worst minute", value: rounded(most(({ lagP99Ms }) => lagP99Ms)), unit: "ms" },
  ];
}
