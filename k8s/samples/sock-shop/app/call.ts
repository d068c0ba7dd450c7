import { Counter, Histogram, type Registry } from "prom-client";
import type { Settings } from "./settings.ts";

/** Another service did not do its part: the caller answers 502. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly statusCode = 502;
}

/** Calls a service by name. @throws CallFailed on a refused connection, a time-out, or a 5xx */
export type Call = (
  peer: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export function createCall({ service, callTimeoutMs, url }: Settings, registry: Registry): Call {
  const requests = new Counter({
    name: "http_client_requests_total",
    help: "Calls of other services",
    labelNames: ["service", "peer", "code"] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "http_client_request_duration_seconds",
    help: "Time other services took",
    labelNames: ["service", "peer"] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return async (peer, path, body) => {
    const stop = seconds.labels(service, peer).startTimer();
    const address = `${url(peer)}${path}`;
    try {
      const response = await fetch(address, {
        signal: AbortSignal.timeout(callTimeoutMs),
        ...(body !== undefined && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      });
      const answer: unknown = await response.json();
      requests.labels(service, peer, String(response.status)).inc();
      if (response.status >= 500) throw new CallFailed(`${peer} answered ${response.status} to ${path}`);
      return { status: response.status, body: answer };
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      requests.labels(service, peer, "error").inc();
      throw new CallFailed(`call to ${peer} failed: ${reasonOf(error)} (${address})`, { cause: error });
    } finally {
      stop();
    }
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
