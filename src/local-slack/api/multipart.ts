export interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly bytes: Buffer;
}

/** The parts of a multipart/form-data body (RFC 7578); none when the boundary is missing. */
export function parseMultipart(body: Buffer, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let start = body.indexOf(mark);
  while (start >= 0) {
    const end = body.indexOf(mark, start + mark.length);
    if (end < 0) break;
    const part = parsePart(body.subarray(start + mark.length + 2, end - 2));
    if (part) parts.push(part);
    start = end;
  }
  return parts;
}

function parsePart(bytes: Buffer): Part | undefined {
  const split = bytes.indexOf("\r\n\r\n");
  if (split < 0) return undefined;
  const head = bytes.subarray(0, split).toString("utf8");
  const disposition = /content-disposition:[^\r\n]*/i.exec(head)?.[0] ?? "";
  const name = /[; ]name="([^"]*)"/i.exec(disposition)?.[1];
  const filename = /[; ]filename="([^"]*)"/i.exec(disposition)?.[1];
  return name === undefined ? undefined : { name, filename, bytes: bytes.subarray(split + 4) };
}
