import { createHash } from "node:crypto";
import type { LogLine } from "../../../cluster/signal.ts";
import type { Clock } from "../../../lib/clock.ts";
import { createLogPlacer } from "../logs/log-place.ts";
import { encodeLines, type LogStreamPort } from "../logs/log-stream.ts";
import type { LogIntakeStats, PushAnswer } from "./log-intake.ts";
import { linesOfPush } from "./pushed-lines.ts";
import { type PushRequest, readPush } from "./read-push.ts";

export interface StreamIntakeOptions {
  readonly stream: Pick<LogStreamPort, "publish">;
  readonly partitionOf: (namespace: string) => number;
  readonly namespaces: readonly string[];
  readonly clock: Pick<Clock, "now">;
  readonly maxAgeMs?: number;
}

const retryAfterSeconds = 5;

/** Puts lines into the stream, each namespace's into its partition. What was put in before under the same ids stays single. */
export async function publishLines(
  { stream, partitionOf }: Pick<StreamIntakeOptions, "stream" | "partitionOf">,
  lines: readonly LogLine[],
): Promise<void> {
  const byPartition = Map.groupBy(lines, ({ namespace }) => partitionOf(namespace));
  for (const [partition, own] of byPartition)
    for (const data of encodeLines(own))
      await stream.publish(partition, createHash("sha256").update(data).digest("base64url"), data);
}

/** Takes what agents push, at whichever watcher it arrives, and hands it to the stream: whoever holds the namespace reads it there. */
export function createStreamIntake(options: StreamIntakeOptions): {
  push(request: PushRequest): Promise<PushAnswer>;
  readonly stats: LogIntakeStats;
} {
  const { clock, maxAgeMs = 15 * 60_000 } = options;
  const placer = createLogPlacer({ namespaces: options.namespaces });
  const counts = { requests: 0, lines: 0, refusedRequests: 0, wrongTime: 0 };
  return {
    async push(request) {
      counts.requests++;
      const read = await readPush(request);
      if (!read.ok) {
        counts.refusedRequests++;
        return { outcome: read.reason, detail: read.detail };
      }
      const now = clock.now();
      const { lines, wrongTime } = linesOfPush(read.streams, { placer, now, maxAgeMs });
      counts.wrongTime += wrongTime;
      try {
        await publishLines(options, lines);
      } catch {
        // The agent keeps it and comes again; what the stream took of it already, it takes once.
        counts.refusedRequests++;
        return { outcome: "full", retryAfterSeconds };
      }
      counts.lines += lines.length;
      return { outcome: "accepted", lines: lines.length };
    },
    get stats() {
      return { ...counts, ...placer.dropped, cut: placer.cut };
    },
  };
}
