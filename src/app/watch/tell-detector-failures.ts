import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";

/** A detector that stumbles does so in every tick; more kinds of stumbling than this are one fault seen from many sides. */
const mostTold = 100;

/** Says once what a detector has stumbled over, and where; how often it did is a metric. */
export function tellDetectorFailures(log: Pick<Logger, "error">): (detector: string, error: unknown) => void {
  const told = new Set<string>();
  return (detector, error) => {
    const text = messageOf(error, 200);
    const key = `${detector}: ${text}`;
    if (told.size >= mostTold || told.has(key)) return;
    told.add(key);
    const at = error instanceof Error ? error.stack?.split("\n")[1]?.trim() : undefined;
    log.error({ detector, error: text, at }, "detector.failed");
  };
}
