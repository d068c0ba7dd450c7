import { type Logger, pino } from "pino";

export type { Logger };

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
    pino.destination(2),
  );
}

export const silentLogger: Logger = pino({ level: "silent" });
