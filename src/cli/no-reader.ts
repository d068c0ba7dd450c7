import type { EventEmitter } from "node:events";
import { asSystemError } from "./system-error.ts";

/**
 * Output that cannot be written is no fault of ours, and no stack trace helps. Where nobody reads any more
 * (`kubemend … | head`), what runs for long is told to stop as by SIGTERM, so that it puts its database away, and everything
 * else ends at once. Where there is no room (a full disk), what runs for long goes on without it.
 */
export function endQuietlyWithoutReader(
  stream: EventEmitter,
  end: (exitCode: number, why?: string) => void = endProcess,
): void {
  let told = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (told) return;
    told = true;
    const runsForLong = process.listenerCount("SIGTERM") > 0;
    // Commands that stream notice by themselves, and say what they had read by then.
    const streams = stream.listenerCount("error") > 1;
    if (error.code === "EPIPE") {
      if (runsForLong) process.kill(process.pid, "SIGTERM");
      else if (!streams) end(0);
      return;
    }
    const refused = asSystemError(error);
    if (!refused) throw error;
    if (!runsForLong && !streams) end(2, `${refused.message}\n${refused.remedy}\n`);
  });
}

function endProcess(exitCode: number, why = ""): void {
  if (why !== "") process.stderr.write(why);
  process.exit(exitCode);
}
