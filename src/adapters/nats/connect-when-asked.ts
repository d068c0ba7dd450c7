import { AppError, messageOf } from "../../lib/app-error.ts";

/** Between two attempts: whoever asks meanwhile hears why the last one failed (ms). */
const defaultPauseMs = 2_000;
const tellEveryMs = 60_000;

export interface ConnectOptions<T> {
  readonly open: () => Promise<T>;
  /** It has closed for good, and must be opened anew. */
  readonly isClosed: (opened: T) => boolean;
  /** Told why it could not be opened, once a minute at most. */
  readonly onTrouble?: ((reason: string) => void) | undefined;
  readonly pauseMs?: number;
}

type Attempt<T> = { readonly result: Promise<T>; failedAt?: number };

/**
 * Opens something when it is first asked for, and again when that failed or it has closed. Many may ask at once: one attempt
 * is made for all.
 */
export function connectWhenAsked<T>({ open, isClosed, onTrouble, pauseMs = defaultPauseMs }: ConnectOptions<T>): {
  /** @throws what `open` threw the last time, or that it has ended before anything was opened */
  get(): Promise<T>;
  /** Nothing is opened any more. @returns what is open, for closing it */
  end(): Promise<T | undefined>;
} {
  let attempt: Attempt<T> | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let ended = false;
  const begin = (): Attempt<T> => {
    const begun: Attempt<T> = { result: open() };
    begun.result.catch((error: unknown) => {
      begun.failedAt = performance.now();
      if (begun.failedAt - toldAt < tellEveryMs) return;
      toldAt = begun.failedAt;
      onTrouble?.(messageOf(error, 200));
    });
    return begun;
  };
  return {
    async get() {
      if (attempt?.failedAt !== undefined && performance.now() - attempt.failedAt >= pauseMs && !ended)
        attempt = undefined;
      if (ended && !attempt) throw new AppError("connection-ended", "The connection has been closed.");
      attempt ??= begin();
      const current = attempt;
      const opened = await current.result;
      if (ended || !isClosed(opened)) return opened;
      // Whoever comes first opens it for all who saw it closed.
      if (attempt === current) attempt = begin();
      return await attempt.result;
    },
    async end() {
      ended = true;
      return await attempt?.result.catch(() => undefined);
    },
  };
}
