import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { fetch, type Response } from "undici";
import { messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import { neverSentCodes } from "../connection-codes.ts";
import { forgetCredentials } from "../exec-credentials.ts";

export interface ApiRequest {
  readonly method: "GET" | "PATCH" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: unknown;
  /** Characters of the answer that are read; the rest is left. Default: what the largest list may have. */
  readonly answerChars?: number;
}

export type ApiReply =
  | { readonly type: "answer"; readonly status: number; readonly body: unknown; readonly text: string }
  /** No connection came about: certainly nothing happened. */
  | { readonly type: "unreachable"; readonly detail: string }
  /** The request went out and no whole answer came back: anything may have happened. */
  | { readonly type: "lost"; readonly detail: string };

/** Codes of errors that come before the first byte of a request is sent. */
const neverSent = new Set([
  ...neverSentCodes,
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = errorCode(at);
    if (code !== undefined) return code;
  }
  return undefined;
}

/** Answers above this are not read to the end: no single object is that large (etcd refuses them), a list may be. */
const maxAnswerChars = 64 * 1024 * 1024;

/** Reads at most `limit` characters and lets go of the rest. */
async function textOf(response: Response, limit: number): Promise<{ readonly text: string; readonly cut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > limit) return { text: text.slice(0, limit), cut: true };
  }
  return { text: text + decoder.decode(), cut: false };
}

/**
 * One request with the identity of the kubeconfig. The typed clients of the library drop fields they do not know, which
 * must not happen to something that will be compared and put back; so bodies stay plain JSON. Bodies are never logged.
 * A redirect is an answer and is not followed: an application behind the proxy must not send us, and our credentials, elsewhere.
 * @param signal aborted when nobody waits for the answer any more
 */
export async function sendRequest(
  config: KubeConfig,
  request: ApiRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ApiReply> {
  const server = config.getCurrentCluster()?.server;
  if (!server) return { type: "unreachable", detail: "the kubeconfig names no cluster" };
  const context = new RequestContext(`${server.replace(/\/$/, "")}${request.path}`, HttpMethod[request.method]);
  for (const [name, value] of Object.entries(request.query ?? {})) context.setQueryParam(name, value);
  context.setHeaderParam("Accept", "application/json");
  if (request.body !== undefined) {
    context.setHeaderParam("Content-Type", request.contentType ?? "application/json");
    context.setBody(JSON.stringify(request.body));
  }
  const begun = performance.now();
  const inTime = AbortSignal.timeout(timeoutMs);
  context.setSignal(signal ? AbortSignal.any([signal, inTime]) : inTime);
  try {
    await config.applySecurityAuthentication(context);
  } catch (error) {
    return { type: "unreachable", detail: `no credentials: ${messageOf(error, 200)}` };
  }
  // A process that stood still gets its events before its timers: nobody waits for this request any more.
  if (performance.now() - begun > timeoutMs) return { type: "unreachable", detail: "TimeoutError" };
  try {
    const dispatcher = context.getDispatcher();
    const body = context.getBody();
    // The library cuts a slash at the end, and the API server answers a proxy's root without one with a redirect.
    const url = context.getUrl();
    const response = await fetch(request.path.endsWith("/") && !url.includes("?") ? `${url}/` : url, {
      method: request.method,
      headers: context.getHeaders(),
      redirect: "manual",
      signal: context.getSignal() ?? null,
      ...(typeof body === "string" ? { body } : {}),
      ...(dispatcher ? { dispatcher } : {}),
    });
    if (response.status === 401) forgetCredentials(config);
    const { text, cut } = await textOf(response, request.answerChars ?? maxAnswerChars);
    if (cut && request.answerChars === undefined)
      return { type: "lost", detail: "the answer is larger than kubemend reads" };
    return { type: "answer", status: response.status, body: parsed(text), text };
  } catch (error) {
    const code = codeOf(error);
    const detail = code ?? whyWithoutCode(error);
    return code !== undefined && neverSent.has(code) ? { type: "unreachable", detail } : { type: "lost", detail };
  }
}

/** `TypeError` says nothing; what is behind it does ("bad port"). */
function whyWithoutCode(error: unknown): string {
  if (error instanceof TypeError && error.cause instanceof Error) return messageOf(error.cause, 160);
  return error instanceof Error ? error.name : "request failed";
}

/** Not every answer is JSON (404 of an unknown group, the proxy's): those have no body for us. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The status alone decides then.
    return undefined;
  }
}
