/** Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), in milliseconds. */
export function backoffMs(attempt: number, options: { baseMs: number; capMs: number; random?: () => number }): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round((options.random ?? Math.random)() * ceiling);
}
