import type { EventEmitter } from "node:events";

/**
 * Nobody reads any more (`kubemend … | head`): that is no fault, and no stack trace helps. What runs for long is told to stop
 * as by SIGTERM, so that it puts its database away; everything else ends at once.
 */
export function endQuietlyWithoutReader(
  stream: EventEmitter,
  end: (exitCode: number) => void = (exitCode) => process.exit(exitCode),
): void {
  let told = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (told) return;
    told = true;
    if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    // Commands that stream notice by themselves, and say what they had read by then.
    else if (stream.listenerCount("error") === 1) end(0);
  });
}
