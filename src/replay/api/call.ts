import type { Authorize, Identity } from "./identity.ts";
import type { ApiObject, JsonObject } from "./json.ts";
import type { ObjectTable } from "./object-table.ts";
import type { LogPort, ProxyPort } from "./ports.ts";
import type { Resource } from "./registry.ts";
import type { ResourceRoute } from "./router.ts";

/** A write before it is stored; dry runs are judged as well. */
export interface AdmissionRequest {
  readonly verb: "create" | "update" | "delete" | "connect";
  readonly resource: Resource;
  readonly subresource: string;
  /** Of the path; "" when an object is created, and for each object when a collection is deleted. */
  readonly name: string;
  readonly identity: Identity;
  readonly before: ApiObject | undefined;
  readonly after: ApiObject | undefined;
  readonly dryRun: boolean;
}

/** A refusal by an admission policy. The API answers 422 Invalid unless the policy says Forbidden. */
export interface Refusal {
  readonly message: string;
  readonly reason?: "Forbidden" | "Invalid";
}

/** What the handlers work on. */
export interface Api {
  readonly table: ObjectTable;
  readonly authorize: Authorize;
  readonly admit: (request: AdmissionRequest) => Refusal | undefined;
  readonly logs: LogPort | undefined;
  readonly proxy: ProxyPort | undefined;
  /** How often a watch with allowWatchBookmarks gets a BOOKMARK, ms. */
  readonly bookmarkIntervalMs: number;
  /** How long a read at a future resourceVersion waits before its 504, ms. */
  readonly futureVersionWaitMs: number;
}

/** One request about a resource, past routing, authentication and authorisation. */
export interface Call {
  readonly route: ResourceRoute;
  readonly resource: Resource;
  readonly identity: Identity;
  readonly query: URLSearchParams;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: Buffer;
  /** Texts for Warning headers; handlers add to it. */
  readonly warnings: string[];
}

/** Receives the parts of a streamed answer. `write` after the client has gone does nothing. */
export interface Sink {
  write(text: string): void;
  end(): void;
}

/** What a handler answers. */
export type Reply =
  | { readonly kind: "object"; readonly code: number; readonly body: JsonObject }
  | { readonly kind: "text"; readonly code: number; readonly contentType: string; readonly text: string | Buffer }
  | { readonly kind: "stream"; readonly contentType: string; readonly open: (sink: Sink) => () => void }
  /** The server drops the connection without an answer (a handler of the API server that crashed). */
  | { readonly kind: "hang-up" };

/**
 * Sent as JSON, YAML or metadata alone, as the client asks for; a Status of a failure is thrown instead
 * (`StatusFailure`).
 */
export function objectReply(body: JsonObject, code = 200): Reply {
  return { kind: "object", code, body };
}

/** Sent as it is, whatever the client accepts: logs, health, plain refusals. */
export function textReply(text: string, code = 200, contentType = "text/plain; charset=utf-8"): Reply {
  return { kind: "text", code, contentType, text };
}
