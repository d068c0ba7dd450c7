import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Fields, fieldsOf, parseJson } from "../json.ts";
import { parseMultipart } from "./multipart.ts";

/** Bodies arrive as bytes; their meaning depends on the content type. */
export function takeRawBodies(server: FastifyInstance, limitBytes: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: limitBytes }, (_request, body, done) =>
    done(null, body),
  );
}

/** The body as it came, over which requests are signed; empty when there is none. */
export function bodyBytes(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The fields of a form, JSON or multipart body. */
export function bodyFields(request: FastifyRequest): Fields {
  const type = request.headers["content-type"] ?? "";
  const bytes = bodyBytes(request);
  if (type.includes("application/json")) return fieldsOf(parseJson(bytes.toString("utf8")));
  if (type.includes("multipart/form-data")) {
    const parts = parseMultipart(bytes, type).filter((part) => part.filename === undefined);
    return Object.fromEntries(parts.map((part) => [part.name, part.bytes.toString("utf8")]));
  }
  return Object.fromEntries(new URLSearchParams(bytes.toString("utf8")));
}
