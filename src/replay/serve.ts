import { KubeConfig } from "@kubernetes/client-node";
import { createObjectTable, type Write } from "./api/object-table.ts";
import { type ApiServerOptions, startApiServer } from "./api/server.ts";
import { loadTruth, type RecordedFault } from "./player/load-truth.ts";
import { playRecording } from "./player/play-recording.ts";
import type { Player, PlayerOptions } from "./player/player.ts";
import { loadRecording, type Recording } from "./recording/load-recording.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

export interface ServeOptions
  extends Pick<PlayerOptions, "repeatMs" | "afterEnd">,
    Pick<ApiServerOptions, "authorize" | "admit" | "host" | "port"> {
  /** The recording, or a recording that was read already. */
  readonly recording: string | Recording;
  /** Default: a clock of its own that starts with the recording. */
  readonly clock?: VirtualClock;
  /** Virtual seconds in a real second; default 1. */
  readonly speed?: number;
  /** Speed of the quiet time until `leadInMarginMs` (default 30 s) before the first fault. Default: as `speed`. */
  readonly leadInSpeed?: number;
  readonly leadInMarginMs?: number;
  /** Wait for a fix where the recording was fixed (default, needs truth.json), or play through. */
  readonly hold?: boolean;
  /** Default: those of truth.json beside the recording. */
  readonly faults?: readonly RecordedFault[];
}

export interface ServedRecording {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly player: Player;
  readonly recording: Recording;
  /** For the Kubernetes client: one cluster, no credentials. */
  readonly kubeconfig: KubeConfig;
  close(): Promise<void>;
}

/**
 * Serves a recording as a Kubernetes API on this machine. It starts to play at once.
 * @throws AppError (exit code 2) when the recording is missing or damaged.
 */
export async function serveRecording(options: ServeOptions): Promise<ServedRecording> {
  const recording = typeof options.recording === "string" ? await loadRecording(options.recording) : options.recording;
  const truth = options.faults ?? (typeof options.recording === "string" ? await loadTruth(options.recording) : []);
  const faults = options.hold === false ? [] : truth;
  const speed = options.speed ?? 1;
  // Until everything stands, no time passes: a recording plays from its first moment.
  const clock = options.clock ?? createVirtualClock({ startAt: recording.start, speed, paused: true });

  // The table tells the player of writes, the player needs the table first.
  let onWrite: (write: Write) => void = () => undefined;
  const table = createObjectTable({ now: () => Math.floor(clock.now()), onWrite: (write) => onWrite(write) });
  const { repeatMs, afterEnd } = options;
  const player = playRecording({
    recording,
    table,
    clock,
    faults,
    ...(repeatMs === undefined ? {} : { repeatMs }),
    ...(afterEnd === undefined ? {} : { afterEnd }),
  });
  onWrite = player.noteWrite;
  fastLeadIn(options, clock, player, truth);

  const { authorize, admit, host, port } = options;
  const server = await startApiServer({
    table,
    logs: player.logs,
    proxy: player.proxy,
    ...(authorize && { authorize }),
    ...(admit && { admit }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  });
  if (options.clock === undefined) clock.resume();
  return {
    url: server.url,
    clock,
    player,
    recording,
    kubeconfig: kubeconfigFor(server.url),
    async close() {
      player.stop();
      await server.close();
      await player.done;
    },
  };
}

/** Runs the clock faster until shortly before the first fault. */
function fastLeadIn(options: ServeOptions, clock: VirtualClock, player: Player, truth: readonly RecordedFault[]): void {
  const { leadInSpeed, leadInMarginMs = 30_000, speed = 1 } = options;
  const first = Math.min(...truth.map((fault) => fault.injectedAt));
  const leftMs = first - leadInMarginMs - player.progress.recordedAt;
  if (leadInSpeed === undefined || !(leftMs > 0) || leftMs === Number.POSITIVE_INFINITY) return;
  clock.setSpeed(leadInSpeed, { at: clock.now() + leftMs, afterwards: speed });
}

function kubeconfigFor(url: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    // The client refuses plain http unless it may skip TLS.
    clusters: [{ name: "recording", server: url, skipTLSVerify: true }],
    users: [{ name: "replay" }],
    contexts: [{ name: "recording", cluster: "recording", user: "replay" }],
    currentContext: "recording",
  });
  return config;
}
