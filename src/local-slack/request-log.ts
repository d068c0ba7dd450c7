import type { Fields } from "./json.ts";

/** One call of the Web API, as it arrived and as it was answered. */
export interface LoggedRequest {
  readonly method: string;
  /** Arguments with lists and objects parsed; no token. */
  readonly body: Fields;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** "ok", an error code, or the kind of the fault it met. */
  answer: string;
}

export interface RequestLog {
  add(method: string, body: Fields, at: number): LoggedRequest;
  all(): readonly LoggedRequest[];
  /** Entries that went because the log was full. */
  dropped(): number;
  clear(): void;
}

/** Holds the last `most` calls; `clear` does not reset `dropped`. */
export function createRequestLog(most: number): RequestLog {
  let entries: LoggedRequest[] = [];
  let dropped = 0;
  return {
    add: (method, body, at) => {
      const entry: LoggedRequest = { method, body, at, answer: "pending" };
      entries.push(entry);
      if (entries.length > most) {
        entries.shift();
        dropped += 1;
      }
      return entry;
    },
    all: () => [...entries],
    dropped: () => dropped,
    clear: () => {
      entries = [];
    },
  };
}
