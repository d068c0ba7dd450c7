export interface RateLimit {
  /** @returns seconds to wait when the call is one too many in the last minute, else undefined */
  exceeded(method: string, channel: string | undefined): number | undefined;
}

const windowMs = 60_000;
/** Slack counts these per channel. */
const perChannel = new Set(["chat.postMessage", "chat.update"]);

/** Counts calls in a sliding minute; methods without a figure are never limited. */
export function createRateLimit(perMinute: Readonly<Record<string, number>>, now: () => number): RateLimit {
  const calls = new Map<string, number[]>();
  return {
    exceeded: (method, channel) => {
      const most = perMinute[method];
      if (most === undefined) return undefined;
      const key = perChannel.has(method) ? `${method} ${channel ?? ""}` : method;
      const recent = (calls.get(key) ?? []).filter((at) => now() - at < windowMs);
      const [oldest] = recent;
      calls.set(key, recent);
      if (recent.length < most || oldest === undefined) {
        recent.push(now());
        return undefined;
      }
      return Math.max(1, Math.ceil((oldest + windowMs - now()) / 1000));
    },
  };
}
