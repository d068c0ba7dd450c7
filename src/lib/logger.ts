import { inspect } from "node:util";
import { type Logger, pino } from "pino";

export type { Logger };

/** Lines that wait for room; a few thousand. */
const maxWaitingBytes = 1_048_576;

/** Our own words, in which an address may be spelled out as an example. */
const ownWords = new Set(["remedy"]);

/** The same fields with `redact` over every text in them; of an error its stack and its causes are told. */
function redacted(fields: object, redact: (text: string) => string): Record<string, unknown> {
  const clean = (value: unknown): unknown => {
    if (typeof value === "string") return redact(value);
    if (value instanceof Error) return redact(inspect(value));
    if (Array.isArray(value)) return value.map(clean);
    return value;
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, ownWords.has(name) ? value : clean(value)]),
  );
}

export interface LoggerOptions {
  readonly level?: string;
  /** For every text that is logged: errors repeat addresses, and what a server answered. */
  readonly redact?: (text: string) => string;
  /** Default: standard error. */
  readonly to?: { write(line: string): void };
}

/** One event name a line (`incident.opened`), ids instead of payloads; never a Slack body, a prompt or an environment. */
export function createLogger({ level = "info", redact, to }: LoggerOptions = {}): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        ...(redact ? { log: (fields) => redacted(fields, redact) } : {}),
      },
    },
    to ?? standardError(),
  );
}

/** What stderr does not take (its disk is full) waits for room up to a bound, then is lost: no reason to stop watching. */
function standardError(): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: maxWaitingBytes });
  destination.on("error", () => undefined);
  return destination;
}

export const silentLogger: Logger = pino({ level: "silent" });
