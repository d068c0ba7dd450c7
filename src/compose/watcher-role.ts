import { addAuditMetrics } from "../app/metrics/audit-metrics.ts";
import { keepAuditMark } from "../app/watch/keep-audit-mark.ts";
import { keepRetention } from "../app/watch/keep-retention.ts";
import { keepRisks } from "../app/watch/keep-risks.ts";
import { createReadiness } from "../app/watch/readiness.ts";
import { runWatcher } from "../app/watch/watcher.ts";
import { createRunbookShelf } from "../rca/runbooks/runbook-shelf.ts";
import { startChatPart } from "./chat-part.ts";
import { createDeskPart } from "./desk-part.ts";
import { startDetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";
import { startHeartbeatPart } from "./heartbeat-part.ts";
import { startMailPart } from "./mail-part.ts";
import { openModelPart } from "./model-part.ts";
import { openOutside } from "./outside.ts";
import { startPagesPart } from "./pages-part.ts";
import { startWebPart } from "./web-part.ts";

/** The role that reads, explains and talks to people. Returns the address of its web server. */
export async function startWatcherRole(foundation: Foundation, onTick?: (now: number) => void): Promise<string> {
  const { config, database, clock, log, running } = foundation;
  const { signal } = running;
  const outside = await openOutside(foundation);
  const detection = await startDetectionPart(foundation, outside);
  const { engine, observation, sources } = detection;
  const modelPart = await openModelPart(foundation, outside, observation);
  const mail = await startMailPart(foundation, outside, detection);
  const desk = createDeskPart(foundation, { outside, detection, modelPart, mail });
  const chat = await startChatPart(foundation, outside, detection, desk);
  const pages = await startPagesPart(foundation, outside, detection, desk);
  const { tickMs, keeping } = detection;
  const readiness = createReadiness({ database, tickMs, watches: sources.watches, keeping });
  startHeartbeatPart(foundation, detection, readiness);
  const url = await startWebPart(foundation, { detection, chat, pages, readiness });

  const seesAll = () => engine.delivers("kubernetes-watch");
  running.keep(keepRisks({ ...foundation, cluster: config.cluster, observation, signal, seesAll }));
  running.keep(keepAuditMark({ ...foundation, signal, onTakenBack: addAuditMetrics(detection.registry) }));
  running.keep(keepRetention({ ...foundation, shards: detection.shards, signal }));
  const runbooks = config.runbooks ? createRunbookShelf({ folder: config.runbooks, clock, log }) : undefined;
  await runbooks?.refresh();
  running.keep(
    runWatcher({
      ...foundation,
      ...detection,
      ...modelPart,
      signals: sources.signals,
      runbooks,
      chat: chat !== undefined,
      signal,
      onTick(now) {
        readiness.ticked();
        detection.refillIds();
        onTick?.(now);
      },
    }),
  );
  return url;
}
