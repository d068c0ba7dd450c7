import { describe, expect, test } from "vitest";
import { boundedLines, lineLimitChars } from "../../../../src/detection/metrics/univariate/bounded-lines.ts";
import { createSeriesClock, observeTime } from "../../../../src/detection/metrics/univariate/series-clock.ts";
import { parseTime, readHeader, readRow } from "../../../../src/detection/metrics/univariate/series-csv.ts";

describe("time stamps", () => {
  const noonMs = Date.UTC(2026, 10, 21, 12, 0, 0);
  test.each([
    { text: "2026-11-21 12:00:00", want: noonMs },
    { text: "2026-11-21 12:00:00.250", want: noonMs + 250 },
    { text: "2026-11-21T12:00:00Z", want: noonMs },
    { text: "2026-11-21T13:00:00+01:00", want: noonMs },
    { text: "2026-11-21T13:00:00+0100", want: noonMs },
    { text: "2026-11-21 12:00", want: noonMs },
    { text: "2026-11-21", want: noonMs - 43_200_000 },
    { text: String(noonMs / 1000), want: noonMs },
    { text: `${noonMs / 1000}.5`, want: noonMs + 500 },
    { text: String(noonMs), want: noonMs },
    { text: `${noonMs}000`, want: noonMs },
    { text: `${noonMs}000000`, want: noonMs },
    { text: "1.7953632e9", want: 1_795_363_200_000 },
    { text: "21/11/2026", want: Number.NaN },
    { text: "2026-13-45 12:00:00", want: Number.NaN },
    { text: "noon", want: Number.NaN },
    { text: "", want: Number.NaN },
  ])("$text", ({ text, want }) => expect(parseTime(text)).toBe(want));
});

describe("header and rows", () => {
  test("columns are found by name, in any order and case, behind a byte order mark", () => {
    expect(readHeader("\uFEFFhost,Value,Timestamp", "x.csv")).toEqual({ timestamp: 2, value: 1 });
  });

  test.each(["2026-11-21 12:00:00,5", "time;value", "", "{}"])("%j is no header", (line) => {
    expect(() => readHeader(line, "x.csv")).toThrow(
      expect.objectContaining({
        code: "series-no-header",
        exitCode: 2,
        remedy: expect.stringContaining("timestamp,value"),
      }),
    );
  });

  test.each([
    { line: "2026-11-21 12:00:00,5.5", value: "5.5", number: 5.5 },
    { line: '"2026-11-21 12:00:00","5.5"', value: "5.5", number: 5.5 },
    { line: "2026-11-21 12:00:00,1e3,more", value: "1e3", number: 1000 },
    { line: "2026-11-21 12:00:00,", value: "", number: Number.NaN },
    { line: "2026-11-21 12:00:00", value: "", number: Number.NaN },
    { line: "2026-11-21 12:00:00,nan", value: "nan", number: Number.NaN },
  ])("$line", ({ line, value, number }) => {
    const row = readRow(line, { timestamp: 0, value: 1 });
    expect(row).toEqual({ timestamp: "2026-11-21 12:00:00", value, atMs: Date.UTC(2026, 10, 21, 12), number });
  });
});

describe("what a time stamp says", () => {
  const minutes = (...values: number[]) => values.map((value) => value * 60_000);
  test.each([
    { name: "regular rows", at: minutes(0, 1, 2, 3), want: ["regular", "regular", "regular", "regular"] },
    { name: "jitter is regular", at: minutes(0, 1, 2.2, 3, 5), want: Array(5).fill("regular") },
    { name: "a repeated time", at: minutes(0, 1, 1), want: ["regular", "regular", "duplicate"] },
    { name: "a gap", at: minutes(0, 1, 2, 30, 31), want: ["regular", "regular", "regular", "gap", "regular"] },
    {
      name: "a late row, after which time goes on",
      at: minutes(0, 1, 2, 1, 3),
      want: ["regular", "regular", "regular", "late", "regular"],
    },
    {
      name: "a clock set back goes on from there",
      at: minutes(100, 101, 41, 42),
      want: ["regular", "regular", "clock-jump", "regular"],
    },
    {
      name: "a clock set forward by months",
      at: minutes(0, 1, 200_000, 200_001),
      want: ["regular", "regular", "clock-jump", "regular"],
    },
  ])("$name", ({ at, want }) => {
    const clock = createSeriesClock();
    expect(at.map((atMs) => observeTime(clock, atMs))).toEqual(want);
  });
});

describe("lines of a byte stream", () => {
  async function linesOf(...chunks: (string | Uint8Array)[]): Promise<string[]> {
    const bytes = (async function* () {
      for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    })();
    const lines: string[] = [];
    for await (const line of boundedLines(bytes)) lines.push(line);
    return lines;
  }

  test("are the same however the stream is cut", async () => {
    const want = ["äb", "c", "", "d"];
    const bytes = new TextEncoder().encode("äb\r\nc\n\nd\n");
    expect(await linesOf(bytes)).toEqual(want);
    expect(await linesOf(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(want);
  });

  test("invalid UTF-8 becomes a replacement character", async () => {
    expect(await linesOf(Uint8Array.of(0x61, 0xff, 0x0a))).toEqual(["a\uFFFD"]);
  });

  test("ten megabytes without a line end are cut to the limit", async () => {
    const [line, ...more] = await linesOf(...Array<string>(160).fill("x".repeat(65_536)), "\nend");
    expect([line?.length, more]).toEqual([lineLimitChars, ["end"]]);
  });
});
