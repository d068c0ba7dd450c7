import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadRecording } from "../../../../src/replay/recording/load-recording.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-load-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A recording of nothing but these log lines. */
function write(logs: readonly object[]): void {
  const header = {
    version: 1,
    name: "short",
    namespaces: ["shop"],
    start: "2026-11-20T12:00:00Z",
    end: "2026-11-20T12:05:00Z",
    scrapeIntervalSeconds: 5,
  };
  writeFileSync(join(folder, "recording.json"), JSON.stringify(header));
  writeFileSync(join(folder, "objects.json"), JSON.stringify({ items: [] }));
  for (const file of ["watch", "events", "metrics"]) writeFileSync(join(folder, `${file}.ndjson.gz`), gzipSync(""));
  writeFileSync(join(folder, "logs.ndjson.gz"), gzipSync(logs.map((row) => `${JSON.stringify(row)}\n`).join("")));
}

const line = { namespace: "shop", pod: "web-1", container: "web", line: "hello" };

test("log lines come in the order of their times", async () => {
  write([
    { ...line, at: "2026-11-20T12:02:00Z" },
    { ...line, at: "2026-11-20T12:01:00.5Z" },
  ]);
  expect((await loadRecording(folder)).logs.map(({ at }) => new Date(at).toISOString())).toEqual([
    "2026-11-20T12:01:00.500Z",
    "2026-11-20T12:02:00.000Z",
  ]);
});

test("a log line of no time is damage, as in every other file", async () => {
  write([
    { ...line, at: "2026-11-20T12:02:00Z" },
    { ...line, at: "yesterday" },
  ]);
  await expect(loadRecording(folder)).rejects.toThrow(
    /logs\.ndjson\.gz .* is damaged: line 2: at not a time in RFC 3339/,
  );
});
