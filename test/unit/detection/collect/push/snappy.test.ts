import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProtobuf, textOf } from "../../../../../src/detection/collect/push/protobuf.ts";
import { readSnappyBlock } from "../../../../../src/detection/collect/push/snappy.ts";
import { snappyBlock } from "../../../../support/snappy-block.ts";

const limit = 8 * 1024 * 1024;

describe("snappy blocks", () => {
  test.each([
    { name: "nothing", data: Buffer.alloc(0) },
    { name: "one byte", data: Buffer.from("x") },
    { name: "a run, packed as a copy that reaches into itself", data: Buffer.alloc(100_000, "ab") },
    { name: "lines that repeat", data: Buffer.from("GET /carts 200\n".repeat(2_000)) },
    { name: "noise, which does not pack", data: randomBytes(70_000) },
    {
      name: "a repetition farther than 64 KiB away",
      data: Buffer.concat([Buffer.from("needle-needle"), randomBytes(80_000), Buffer.from("needle-needle")]),
    },
    { name: "all byte values", data: Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)) },
  ])("$name", ({ data }) => {
    expect(Buffer.from(readSnappyBlock(snappyBlock(data), limit)).equals(data)).toBe(true);
  });

  test("a block that a Prometheus 2.42 has packed: the samples of one scrape of itself", async () => {
    const packed = await readFile(join(import.meta.dirname, "fixtures/prometheus-remote-write.snappy"));
    const message = readSnappyBlock(packed, limit);
    expect(message.length).toBe(51_859);
    // WriteRequest: time series (1), each with labels (1) of name (1) and value (2).
    const series = [...readProtobuf(message)].map(({ value }) =>
      typeof value === "bigint" ? [] : [...readProtobuf(value)],
    );
    expect(series.length).toBe(394);
    const names = series.map((fields) => {
      const label = fields.find(({ number }) => number === 1)?.value;
      return label instanceof Uint8Array ? [...readProtobuf(label)].map(({ value }) => textOf(value)).join("=") : "";
    });
    expect(names).toContain("__name__=prometheus_tsdb_head_series");
    expect(names.every((name) => /^__name__=[a-z_]+$/.test(name))).toBe(true);
  });

  test("the example of the format description: xababab by a copy of offset 2", () => {
    // length 7; literal "xab"; copy of 4 with offset 2.
    const block = Buffer.from([7, 2 << 2, ...Buffer.from("xab"), 1, 2]);
    expect(Buffer.from(readSnappyBlock(block, limit)).toString()).toBe("xababab");
  });

  test.each([
    { name: "nothing at all", block: [] },
    { name: "a length without end", block: [255, 255, 255, 255, 255, 255] },
    { name: "a length over the limit", block: [0x80, 0x80, 0x80, 0x80, 1] },
    { name: "a small block that promises 8 MB", block: [0x80, 0x80, 0x80, 4, 0, 0] },
    { name: "a literal beyond the end of the block", block: [10, 9 << 2, 1, 2] },
    { name: "a literal beyond the promised length", block: [1, 3 << 2, 1, 2, 3, 4] },
    { name: "a copy from before the beginning", block: [8, 0, 65, 1, 9] },
    { name: "a copy with offset zero", block: [8, 0, 65, 1, 0] },
    { name: "a copy beyond the promised length", block: [3, 0, 65, 1 | (7 << 2), 1] },
    { name: "less than promised", block: [9, 0, 65] },
    { name: "a copy that ends in the middle", block: [8, 0, 65, 2] },
  ])("$name is refused", ({ block }) => {
    expect(() => readSnappyBlock(Buffer.from(block), limit)).toThrow(RangeError);
  });

  test("damage anywhere never does worse than an error", () => {
    const good = snappyBlock(Buffer.from("GET /carts 200\nGET /orders 500\n".repeat(20)));
    for (let i = 0; i < good.length; i++) {
      for (const bits of [1, 0x80, 0xff]) {
        const bad = Buffer.from(good);
        bad[i] = (bad[i] ?? 0) ^ bits;
        try {
          expect(readSnappyBlock(bad, 10_000).length).toBeLessThanOrEqual(10_000);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }
    }
  });
});
