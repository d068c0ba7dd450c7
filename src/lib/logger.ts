import { type Logger, pino } from "pino";

export type { Logger };

/** Lines that wait for room; a few thousand. */
const maxWaitingBytes = 1_048_576;

/** One event name a line (`incident.opened`), ids instead of payloads; never a Slack body, a prompt or an environment. */
export function createLogger(options: { level?: string } = {}): Logger {
  return pino(
    {
      level: options.level ?? "info",
      base: null,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    standardError(),
  );
}

/** What stderr does not take (its disk is full) waits for room up to a bound, then is lost: no reason to stop watching. */
function standardError(): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: maxWaitingBytes });
  destination.on("error", () => undefined);
  return destination;
}

export const silentLogger: Logger = pino({ level: "silent" });
