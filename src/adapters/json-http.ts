import { AppError, messageOf } from "../lib/app-error.ts";
import { untilToken } from "../lib/until-token.ts";
import { readBounded } from "./read-bounded.ts";

export interface JsonHttpOptions {
  /** How the far side is called in messages: "Prometheus", "Loki". */
  readonly service: string;
  /** Address before the API's own path. May hold a user and a password, which are sent as basic authentication. */
  readonly url: string;
  readonly bearerToken?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers longer than this are refused. */
  readonly maxBytes: number;
}

export interface JsonRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Sends the parameters as a form, for queries longer than an address may be. */
  readonly method?: "GET" | "POST";
  readonly signal?: AbortSignal | undefined;
  /** Real milliseconds for the whole answer. */
  readonly timeoutMs: number;
}

/** Sends one request and returns the JSON of its answer, whatever its shape. */
export type JsonHttp = (path: string, request: JsonRequest) => Promise<unknown>;

/**
 * JSON over HTTP with a deadline and a bound for every answer. Each way to fail has a code of its own, which begins with
 * the service: `-unreachable`, `-timeout`, `-refused` (4xx), `-failed` (5xx), `-too-large`, `-empty`, `-not-json`.
 */
export function createJsonHttp(options: JsonHttpOptions): JsonHttp {
  const { service, maxBytes } = options;
  const base = new URL(options.url.endsWith("/") ? options.url : `${options.url}/`);
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  if (options.bearerToken !== undefined) headers["authorization"] = `Bearer ${options.bearerToken}`;
  else if (base.username !== "") {
    const pair = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  base.username = "";
  base.password = "";
  const place = base.href.replace(/\/$/, "");

  const problem = (what: string, message: string, retryable: boolean, cause?: unknown): AppError =>
    new AppError(`${service.toLowerCase()}-${what}`, `${service} at ${place} ${message}.`, {
      retryable,
      ...(cause === undefined ? {} : { cause }),
    });

  const tooLarge = () => problem("too-large", `answers with more than ${maxBytes} bytes`, false);

  async function send(
    path: string,
    { params, method = "GET", signal, timeoutMs }: JsonRequest,
  ): Promise<[Response, string]> {
    const url = new URL(path, base);
    const form = new URLSearchParams(params);
    if (method === "GET") url.search = form.toString();
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        ...(method === "POST" ? { body: form } : {}),
      });
      return [response, await readBounded(response.body, maxBytes, tooLarge)];
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AppError) throw error;
      if (deadline.aborted) throw problem("timeout", `has not answered within ${timeoutMs} ms`, true, error);
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw problem("unreachable", `does not answer: ${messageOf(reason, 160)}`, true, error);
    }
  }

  return async (path, request) => {
    const [response, body] = await send(path, request);
    if (!response.ok) {
      const said = reasonIn(body);
      const what = response.status >= 500 ? "failed" : "refused";
      const retryable = response.status >= 500 || response.status === 429 || response.status === 408;
      throw problem(what, `answers ${response.status}${said === "" ? "" : `: ${said}`}`, retryable);
    }
    if (body.trim() === "") throw problem("empty", "answers with nothing", true);
    try {
      return JSON.parse(body) as unknown;
    } catch (cause) {
      const page = /^\s*</.test(body)
        ? "a web page instead of JSON; a proxy or a login may stand before it"
        : "no JSON";
      throw problem("not-json", `answers with ${page}`, true, cause);
    }
  };
}

/** What the answer says of its failure: the `error` of Prometheus' JSON, or the first line of plain text. */
function reasonIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) {
      for (const key of ["error", "message"]) {
        const text: unknown = Reflect.get(parsed, key);
        if (typeof text === "string") return untilToken(text, 200);
      }
    }
  } catch {
    // Plain text, as Loki and most proxies answer.
  }
  return /^\s*</.test(body) ? "" : untilToken(body.trim().split("\n")[0] ?? "", 200);
}
