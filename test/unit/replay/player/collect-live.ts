import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { liveSignals } from "../../../../src/detection/collect/live-signals.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { serveRecording } from "../../../../src/replay/serve.ts";

/**
 * Serves a recording over HTTP without holding, and runs the live sources against it until the recording ends. The
 * speed is what two busy cores sustain; the comparison does not depend on it.
 */
export async function collectLive(
  folder: string,
  speed: number,
): Promise<{ recording: Recording; signals: Signal[]; dropped: number }> {
  const recording = await loadRecording(folder);
  const served = await serveRecording({ recording, hold: false, afterEnd: "stop", speed });
  const stopping = new AbortController();
  const reader = createKubernetesReader({ kubeconfig: served.kubeconfig, log: silentLogger });
  const live = liveSignals({
    reader,
    clock: served.clock,
    signal: stopping.signal,
    namespaces: recording.header.namespaces,
    scrapeIntervalMs: recording.header.scrapeIntervalSeconds * 1000,
  });
  served.player.on(({ type }) => {
    if (type !== "ended") return;
    // What was on its way at the end gets a second of real time to arrive.
    served.clock.pause();
    setTimeout(() => stopping.abort(), 1_000);
  });
  const signals: Signal[] = [];
  try {
    for await (const signal of live) signals.push(signal);
  } finally {
    stopping.abort();
    await served.close();
  }
  return { recording, signals, dropped: live.dropped };
}
