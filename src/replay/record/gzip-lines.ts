import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** A file of JSON lines that is compressed while it grows. */
export interface GzipLines {
  /** Waits while the disk is behind. @throws when the file cannot be written */
  write(row: unknown): Promise<void>;
  /** Of the text, before it is compressed. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** @throws later, from `write` or `close`, when the file exists or cannot be written */
export function openGzipLines(path: string): GzipLines {
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(path, { flags: "wx" }));
  // Whoever writes next, or closes, is told.
  written.catch(() => undefined);
  let bytes = 0;
  return {
    async write(row) {
      const line = `${JSON.stringify(row)}\n`;
      bytes += Buffer.byteLength(line);
      if (gzip.destroyed) await written;
      if (!gzip.write(line)) await Promise.race([once(gzip, "drain"), written]);
    },
    get bytes() {
      return bytes;
    },
    async close() {
      gzip.end();
      await written;
    },
  };
}
