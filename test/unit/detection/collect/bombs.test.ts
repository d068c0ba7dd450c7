import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAlerts } from "../../../../src/detection/collect/alertmanager.ts";
import { decodeLines } from "../../../../src/detection/collect/logs/log-stream.ts";
import { readPush } from "../../../../src/detection/collect/push/read-push.ts";
import { readTraces } from "../../../../src/detection/collect/push/read-traces.ts";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";
import { createExpositionParser } from "../../../../src/detection/collect/scrape/parse-exposition.ts";
import { createTemplateMiner } from "../../../../src/detection/logs/templates/template-miner.ts";
import { parseLine } from "../../../../src/log-lines/parse-line.ts";
import { gistOf } from "../../../../src/rca/gather/line-gist.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";

const json = { contentType: "application/json", contentEncoding: "" };
const gzipped = { ...json, contentEncoding: "gzip" };

/** Objects in objects, or lists in lists, deeper than any stack. */
const deep = (levels: number) => ({
  objects: `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`,
  lists: `${"[".repeat(levels)}${"]".repeat(levels)}`,
});

describe.each(Object.entries(deep(200_000)))("%s two hundred thousand deep", (_name, text) => {
  test("are refused or passed by, wherever they arrive", async () => {
    const body = Buffer.from(text);
    expect(await readPush({ ...json, body })).toMatchObject({ ok: false });
    expect(await readTraces({ ...json, body })).toBeDefined();
    expect(await readTraces({ ...json, body: Buffer.from(`{"resourceSpans":[${text}]}`) })).toBeDefined();
    expect(readAlerts(text)).toMatchObject({ ok: false });
    expect(readAlerts(`{"version":"4","status":"firing","alerts":[${text}]}`)).toMatchObject({ ok: false });
    expect(decodeLines(body)).toBeUndefined();
    expect(readHealth(200, text).up).toBe(true);
  });

  test("in a line of log they are a line like any other", () => {
    expect(() => parseLine(text)).not.toThrow();
    expect(() => gistOf(text.slice(0, 16_384))).not.toThrow();
    expect(() => createTemplateMiner().learn(text)).not.toThrow();
    expect(() => createRedactor().redact(text)).not.toThrow();
  });
});

test("ten megabytes of a packed nothing are not unpacked", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32), { level: 9 });
  expect(bomb.length).toBeLessThan(100_000);
  expect(await readPush({ ...gzipped, body: bomb })).toMatchObject({ ok: false, reason: "too-large" });
  expect(await readTraces({ ...gzipped, body: bomb })).toMatchObject({ ok: false, reason: "too-large" });
  // Packed twice: the inside is no JSON, and is not opened.
  expect(await readPush({ ...gzipped, body: gzipSync(bomb) })).toMatchObject({ ok: false, reason: "malformed" });
});

test.each([
  ["nothing but quotes", '"'.repeat(200_000)],
  ["a name without an end", "a".repeat(500_000)],
  ["labels without an end", `up{${'a="b",'.repeat(100_000)}`],
  ["a label of a megabyte", `up{a="${"x".repeat(1_000_000)}"} 1`],
  ["braces", "{".repeat(200_000)],
  ["backslashes", `up{a="${"\\".repeat(200_000)}`],
  ["numbers without an end", `up ${"9".repeat(200_000)}`],
  ["many series", Array.from({ length: 60_000 }, (_, i) => `up{i="${i}"} 1`).join("\n")],
])("what a scraped pod may answer: %s", (_name, text) => {
  const parser = createExpositionParser({ pod: "p" }, { maxSeries: 1_000 });
  const samples = parser.parse(text, 0);
  expect(samples.length).toBeLessThanOrEqual(1_000);
});
