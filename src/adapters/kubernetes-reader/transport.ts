import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type Dispatcher, fetch, type Response } from "undici";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { forgetCredentials } from "../exec-credentials.ts";
import { type LongAnswers, readBeginning, readBounded } from "../read-bounded.ts";
import { AnswerTooLarge, KubernetesApiError, refusal, retryAfterOf, SilentStream } from "./api-error.ts";
import { createLineSplitter } from "./line-splitter.ts";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer, ms. */
  readonly timeoutMs?: number | undefined;
  /** Answers longer than this are refused. */
  readonly maxBytes?: number;
  /** They are cut instead: their beginning tells enough. */
  readonly cutLong?: boolean;
  /** Shares what is held at once with other answers. */
  readonly long?: Omit<LongAnswers, "signal">;
}

export interface StreamOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal | undefined;
  /** Until the headers of the answer, ms. */
  readonly timeoutMs?: number | undefined;
  /** A stream without a byte for so long counts as dead: the far side may have gone without a word. */
  readonly idleMs: number;
  /** Longer lines are cut (`cut`) or end the stream with an error (`fail`). */
  readonly maxLineChars: number;
  readonly longLines: "cut" | "fail";
}

/** GET requests to the API server, with the credentials of a kubeconfig. */
export interface Transport {
  text(path: string, options?: RequestOptions): Promise<string>;
  /** The answer whatever its status, for those who can read a refusal too. */
  answer(path: string, options?: RequestOptions): Promise<{ readonly status: number; readonly body: string }>;
  json(path: string, options?: RequestOptions): Promise<unknown>;
  /** The lines of a streamed answer. Ends when the server ends it. */
  lines(path: string, options: StreamOptions): AsyncGenerator<string, void, undefined>;
}

/** The client makes a new connection pool for each request; one is used as long as this, then certificates are read again. */
const poolMs = 600_000;
const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 64 * 1024 * 1024;
/** Redirects of one request that are followed. */
const maxHops = 3;

/**
 * Plain HTTP below the typed clients of the library: those convert times to Date, cannot be bounded, and end the process
 * when a log stream is aborted.
 * @throws AppError (exit code 2) when the kubeconfig has no current cluster
 */
export function createTransport(kubeconfig: KubeConfig, now: () => number = () => performance.now()): Transport {
  const cluster = kubeconfig.getCurrentCluster();
  if (cluster === null) {
    throw inputError(
      "kubeconfig-without-cluster",
      "The kubeconfig has no current cluster.",
      "Choose one with kubectl config use-context, or set KUBECONFIG.",
    );
  }
  let pool: { dispatcher: Dispatcher | undefined; until: number } | undefined;

  const credentials = async (
    url: string,
  ): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher | undefined }> => {
    const context = new RequestContext(url, HttpMethod.GET);
    await kubeconfig.applySecurityAuthentication(context);
    if (pool === undefined || now() > pool.until) {
      // The one before closes when its last requests are over.
      const old = pool?.dispatcher;
      pool = { dispatcher: context.getDispatcher(), until: now() + poolMs };
      old?.close().catch(() => undefined);
    }
    return { headers: context.getHeaders(), dispatcher: pool.dispatcher };
  };

  const open = async (path: string, query: Query | undefined, signal: AbortSignal): Promise<Response> => {
    const url = urlOf(cluster.server, path, query);
    const { headers, dispatcher } = await credentials(url);
    let at = url;
    for (let hop = 0; ; hop++) {
      const response = await fetch(at, { headers, signal, redirect: "manual", ...(dispatcher && { dispatcher }) });
      if (response.status === 401) {
        pool = undefined;
        forgetCredentials(kubeconfig);
      }
      const next = hop < maxHops ? withinPod(response, at) : undefined;
      if (next === undefined) return response;
      await response.body?.cancel();
      at = next;
    }
  };

  const answer = async (path: string, options: RequestOptions = {}) => {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])];
    return await explained(path, options.signal, async () => {
      const signal = AbortSignal.any(signals);
      const response = await open(path, options.query, signal);
      const maxBytes = options.maxBytes ?? defaultMaxBytes;
      const body = options.cutLong
        ? await readBeginning(response.body, maxBytes)
        : await bounded(response, maxBytes, options.long && { ...options.long, signal });
      return { status: response.status, body, retryAfterMs: retryAfterOf(response.headers) };
    });
  };
  const text = async (path: string, options: RequestOptions = {}): Promise<string> => {
    const { status, body, retryAfterMs } = await answer(path, options);
    if (status < 200 || status > 299) throw refusal(status, path, body, retryAfterMs);
    return body;
  };

  return {
    text,
    answer,
    async json(path, options) {
      const body = await text(path, options);
      try {
        return JSON.parse(body) as unknown;
      } catch (cause) {
        throw new KubernetesApiError(0, `The answer to ${path} is not JSON: ${messageOf(cause, 100)}`, cause);
      }
    },
    async *lines(path, options) {
      const stopping = new AbortController();
      const { signal: stopped } = options;
      const signal = stopped ? AbortSignal.any([stopping.signal, stopped]) : stopping.signal;
      const patience = createPatience(stopping, path);
      try {
        patience.wait(options.timeoutMs ?? defaultTimeoutMs);
        const response = await explained(path, stopped, () => open(path, options.query, signal));
        if (!response.ok)
          throw refusal(response.status, path, await bounded(response, 65_536), retryAfterOf(response.headers));
        // 204: there is nothing to stream, for example no log yet.
        if (response.body === null) return;
        const reader = response.body.getReader();
        const decoder = new TextDecoder();
        const splitter = createLineSplitter(options.maxLineChars, options.longLines, path);
        for (;;) {
          patience.wait(options.idleMs);
          const { done, value } = await explained(path, stopped, () => reader.read());
          patience.stop();
          yield* splitter.push(done ? decoder.decode() : decoder.decode(value as Uint8Array, { stream: true }));
          if (done) break;
        }
        yield* splitter.rest();
      } finally {
        patience.stop();
        stopping.abort();
      }
    },
  };
}

/**
 * Where an answer sends us, as long as it is the same pod's proxy. What runs in a pod is anybody's: it must send us, and our
 * credentials, neither to another part of the API nor elsewhere in the network.
 */
function withinPod(response: Response, from: string): string | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null || !URL.canParse(location, from))
    return undefined;
  const here = new URL(from);
  const proxy = /^.*?\/pods\/[^/]+\/proxy\//.exec(here.pathname)?.[0];
  const there = new URL(location, from);
  return proxy !== undefined && there.origin === here.origin && there.pathname.startsWith(proxy)
    ? there.href
    : undefined;
}

function urlOf(server: string, path: string, query: Query | undefined): string {
  const url = new URL(server.replace(/\/$/, "") + path);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url.toString();
}

/** Aborts what takes too long; each `wait` begins anew. */
function createPatience(controller: AbortController, path: string): { wait(ms: number): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    wait(ms) {
      stop();
      timer = setTimeout(() => controller.abort(new SilentStream(path, ms)), ms);
    },
    stop,
  };
}

/** Network faults of many shapes become one error; an abort by the caller stays what it is. */
async function explained<T>(path: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KubernetesApiError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause, 120)}` : "";
    throw new KubernetesApiError(
      0,
      `No answer from the Kubernetes API to ${path}: ${messageOf(error, 120)}${cause}`,
      error,
    );
  }
}

async function bounded(response: Response, maxBytes: number, long?: LongAnswers): Promise<string> {
  return await readBounded(response.body, maxBytes, () => new AnswerTooLarge(maxBytes), long);
}
