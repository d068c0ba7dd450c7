import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { messageOf } from "../../../lib/app-error.ts";
import { type PushedStream, streamsOfJson, streamsOfProtobuf } from "./pushed-streams.ts";
import { readSnappyBlock } from "./snappy.ts";

export interface PushRequest {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly body: Uint8Array;
}

export type ReadPush =
  | { readonly ok: true; readonly streams: readonly PushedStream[] }
  | { readonly ok: false; readonly reason: "malformed" | "too-large" | "unsupported"; readonly detail: string };

/** Unpacked. Agents send about 1 MiB at once; reading more would hold up everything else. */
export const maxUnpackedBytes = 8 * 1024 * 1024;

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;
const isTooLarge = (error: unknown) =>
  error instanceof Error &&
  (Reflect.get(error, "code") === "ERR_BUFFER_TOO_LARGE" || /limit is|more than/.test(error.message));

/**
 * Unpacks and reads one push: JSON, or protobuf in snappy as Loki's own clients send it; either may be gzipped. Never grows
 * beyond `maxUnpackedBytes`, whatever the packed bytes promise.
 */
export async function readPush({ contentType, contentEncoding, body }: PushRequest): Promise<ReadPush> {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const encoding = contentEncoding.trim().toLowerCase();
  const isJson = type === "application/json";
  // Loki takes everything that is not JSON for protobuf.
  if (!isJson && type !== "" && type !== "application/x-protobuf" && type !== "application/octet-stream") {
    return { ok: false, reason: "unsupported", detail: `content type ${type.slice(0, 60)}: send JSON or protobuf` };
  }
  try {
    let bytes = body;
    if (encoding === "gzip" || encoding === "deflate") {
      bytes = await unzip[encoding](body, { maxOutputLength: maxUnpackedBytes });
    } else if (encoding !== "" && encoding !== "identity" && encoding !== "snappy") {
      return {
        ok: false,
        reason: "unsupported",
        detail: `content encoding ${encoding.slice(0, 60)}: use gzip or snappy`,
      };
    }
    if (!isJson || encoding === "snappy") bytes = readSnappyBlock(bytes, maxUnpackedBytes);
    return { ok: true, streams: isJson ? streamsOfJson(new TextDecoder().decode(bytes)) : streamsOfProtobuf(bytes) };
  } catch (error) {
    return { ok: false, reason: isTooLarge(error) ? "too-large" : "malformed", detail: messageOf(error, 160) };
  }
}
