import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { stringify } from "yaml";
import type { Reply, Sink } from "./call.ts";
import { isObject, type JsonObject, objectsAt } from "./json.ts";
import { failure } from "./status-errors.ts";

type Format = "json" | "yaml";

interface Wanted {
  readonly format: Format;
  readonly metadataOnly: boolean;
}

/**
 * What the Accept header allows. Tables are not made: a client that asks for one also takes plain JSON.
 * @throws 406 when nothing fits.
 */
export function negotiate(accept: string | undefined): Wanted {
  for (const part of (accept ?? "*/*").split(",")) {
    const [type = "", ...parameters] = part
      .trim()
      .toLowerCase()
      .split(";")
      .map((p) => p.trim());
    const as = parameters.find((p) => p.startsWith("as="))?.slice(3) ?? "";
    if (as !== "" && !as.startsWith("partialobjectmetadata")) continue;
    const metadataOnly = as !== "";
    if (["application/json", "*/*", "application/*", ""].includes(type)) return { format: "json", metadataOnly };
    if (type === "application/yaml") return { format: "yaml", metadataOnly };
  }
  const known = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  throw failure(406, "NotAcceptable", `406: Not Acceptable\n\nAvailable representations: ${known}`, {});
}

/** Sends a handler's reply. Resolves once it is written; a stream resolves when it has been opened. */
export function send(
  response: ServerResponse,
  headers: IncomingHttpHeaders,
  reply: Reply,
  warnings: readonly string[],
  onOpen: (close: () => void) => void,
): void {
  for (const warning of warnings) response.appendHeader("warning", `299 - ${JSON.stringify(warning)}`);
  if (reply.kind === "hang-up") {
    response.destroy();
    return;
  }
  if (reply.kind === "text") {
    response.statusCode = reply.code;
    if (reply.contentType !== "") response.setHeader("content-type", reply.contentType);
    response.end(reply.text);
    return;
  }
  if (reply.kind === "object") {
    const wanted = negotiate(headers.accept);
    sendObject(response, reply.code, wanted.metadataOnly ? metadataOnly(reply.body) : reply.body, wanted.format);
    return;
  }
  response.statusCode = 200;
  response.setHeader("content-type", reply.contentType);
  response.flushHeaders();
  let close = (): void => undefined;
  let stopped = false;
  const stop = (): void => {
    if (!stopped) close();
    stopped = true;
  };
  const sink: Sink = {
    write: (text) => {
      if (!response.writableEnded && !response.destroyed) response.write(text);
    },
    end: () => {
      stop();
      response.end();
    },
  };
  response.on("close", stop);
  close = reply.open(sink);
  onOpen(() => sink.end());
  // What ended while it was opened has still to be stopped.
  if (stopped) close();
}

/** Ends the answer. YAML has its keys sorted, as the API server writes it. */
export function sendObject(response: ServerResponse, code: number, body: JsonObject, format: Format = "json"): void {
  response.statusCode = code;
  response.setHeader("content-type", format === "yaml" ? "application/yaml" : "application/json");
  response.end(
    format === "yaml"
      ? stringify(body, { aliasDuplicateObjects: false, sortMapEntries: true })
      : `${JSON.stringify(body)}\n`,
  );
}

/** PartialObjectMetadata: everything but the metadata is left out. A Status stays what it is. */
function metadataOnly(body: JsonObject): JsonObject {
  if (body["kind"] === "Status" || !isObject(body["metadata"])) return body;
  const partial = (object: JsonObject): JsonObject => ({
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: object["metadata"],
  });
  if (!Array.isArray(body["items"])) return partial(body);
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: body["metadata"],
    items: objectsAt(body, "items").map(partial),
  };
}
