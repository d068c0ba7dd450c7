import {
  createKubernetesReader,
  type KubernetesReader,
} from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import type { Signal } from "../../../../src/cluster/signal.ts";
import { liveSignals } from "../../../../src/detection/collect/live-signals.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { loadRecording, type Recording } from "../../../../src/replay/recording/load-recording.ts";
import { serveRecording } from "../../../../src/replay/serve.ts";
import { createVirtualClock } from "../../../../src/replay/virtual-clock.ts";

const stepMs = 500;
/** Real time for a step, at least: a hundred times as fast as life. Time waits for scrapes, so a busy machine is no matter. */
const paceMs = 5;

/** Serves a recording over HTTP without holding, and runs the live sources against it until the recording ends. */
export async function collectLive(
  folder: string,
): Promise<{ recording: Recording; signals: Signal[]; dropped: number }> {
  const recording = await loadRecording(folder);
  const clock = createVirtualClock({ startAt: recording.start, paused: true });
  const served = await serveRecording({ recording, clock, hold: false, afterEnd: "stop" });
  const stopping = new AbortController();
  const { reader, isScraping } = counted(createKubernetesReader({ kubeconfig: served.kubeconfig, log: silentLogger }));
  const live = liveSignals({
    reader,
    clock,
    signal: stopping.signal,
    namespaces: recording.header.namespaces,
    scrapeIntervalMs: recording.header.scrapeIntervalSeconds * 1000,
  });
  const drive = async (): Promise<void> => {
    while (served.player.state !== "ended") {
      clock.jumpTo(clock.now() + stepMs);
      do await new Promise((resolve) => setTimeout(resolve, paceMs));
      while (isScraping());
    }
    // What is on its way at the end gets a second of real time to arrive.
    setTimeout(() => stopping.abort(), 1_000);
  };
  const signals: Signal[] = [];
  try {
    const driven = drive();
    for await (const signal of live) signals.push(signal);
    await driven;
  } finally {
    stopping.abort();
    await served.close();
  }
  return { recording, signals, dropped: live.dropped };
}

/** The same reader, that tells whether a scrape is under way. */
function counted(reader: KubernetesReader): { reader: KubernetesReader; isScraping: () => boolean } {
  let open = 0;
  const count = async (scrape: Promise<string>): Promise<string> => {
    open++;
    try {
      return await scrape;
    } finally {
      open--;
    }
  };
  const counting: KubernetesReader = {
    ...reader,
    nodeMetrics: (...of) => count(reader.nodeMetrics(...of)),
    podMetrics: (...of) => count(reader.podMetrics(...of)),
  };
  return { reader: counting, isScraping: () => open > 0 };
}
