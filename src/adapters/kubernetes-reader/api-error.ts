import { AppError } from "../../lib/app-error.ts";
import { untilToken } from "../../lib/until-token.ts";

/** A request that the API server refused, or that did not get an answer (`status` 0). */
export class KubernetesApiError extends AppError {
  /** HTTP status, or the code of an ERROR event; 0 when there was no complete answer. */
  readonly status: number;
  /** How long the server asks to be left alone (ms), as when it has no room; 0 when it says nothing. */
  readonly retryAfterMs: number;

  constructor(status: number, message: string, cause?: unknown, retryAfterMs = 0) {
    super(status === 0 ? "kubernetes-unreachable" : `kubernetes-${status}`, message, {
      retryable: status === 0 || status === 408 || status === 429 || status >= 500,
      ...(cause === undefined ? {} : { cause }),
    });
    this.name = "KubernetesApiError";
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Longer than this nobody is kept waiting by a header. */
const maxRetryAfterMs = 60_000;

/** `Retry-After` in seconds, as the API server gives it (ms); 0 without one, and for a date, which it never sends. */
export function retryAfterOf(headers: { get(name: string): string | null }): number {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text) * 1_000, maxRetryAfterMs) : 0;
}

/** A stream on which nothing came for as long as its reader waits: a quiet source, or a far side that is gone. */
export class SilentStream extends KubernetesApiError {
  constructor(path: string, ms: number) {
    super(0, `${path} was silent for ${ms} ms`);
    this.name = "SilentStream";
  }
}

/** More than may be held at once was answered. */
export class AnswerTooLarge extends KubernetesApiError {
  constructor(maxBytes: number) {
    super(0, `The answer is larger than ${maxBytes} bytes`);
    this.name = "AnswerTooLarge";
  }
}

/**
 * The error for an answer that is none. Only the start of the server's text is kept: the text of a 422 can repeat a
 * whole object, secrets included.
 */
export function refusal(status: number, path: string, body: string, retryAfterMs = 0): KubernetesApiError {
  const text = statusMessage(body) ?? body.trim().split("\n")[0] ?? "";
  const shown = status === 422 ? "" : untilToken(text, 160);
  return new KubernetesApiError(
    status,
    `The Kubernetes API answered ${status} to ${path}${shown === "" ? "" : `: ${shown}`}`,
    undefined,
    retryAfterMs,
  );
}

function statusMessage(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const message = typeof parsed === "object" && parsed !== null && "message" in parsed ? parsed.message : undefined;
    return typeof message === "string" ? message : undefined;
  } catch {
    // Not every error of the API is JSON: unknown groups answer with plain text.
    return undefined;
  }
}

/** The HTTP status, 0 when no complete answer came; undefined for an error that is not of a request to the API. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof KubernetesApiError ? error.status : undefined;
}
