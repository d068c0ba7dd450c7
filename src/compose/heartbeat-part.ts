import { runHeartbeat } from "../app/watch/heartbeat.ts";
import type { Readiness } from "../app/watch/readiness.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";

/** The dead man's switch, where a monitor is configured to listen for it. */
export function startHeartbeatPart(
  { config, log, running }: Foundation,
  { shards, watching, registry }: DetectionPart,
  { notReady }: Readiness,
): void {
  const { url, seconds } = config.heartbeat;
  if (!url) return;
  running.keep(
    runHeartbeat({
      url,
      everyMs: seconds * 1_000,
      async notWell() {
        // Whoever stands by must not speak for one that holds the cluster and is not well.
        if (!shards.owns(undefined)) return "another watcher holds the cluster";
        const blind = watching.active().find(({ family }) => family === "blind");
        return blind ? `monitoring is blind: ${blind.reason}` : await notReady();
      },
      registry,
      log,
      signal: running.signal,
    }),
  );
}
