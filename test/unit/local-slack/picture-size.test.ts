import { Resvg } from "@resvg/resvg-js";
import { describe, expect, test } from "vitest";
import { fillBlocks } from "../../../src/local-slack/blocks/fill-blocks.ts";
import { pictureSize } from "../../../src/local-slack/picture-size.ts";

const png = Buffer.from(
  new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"/>').render().asPng(),
);
const gif = Buffer.from("GIF89a\x20\x01\x40\x00\x80\x00\x00", "latin1");
/** SOI, a JFIF segment of 16 bytes, a table whose number lies among those of frames, and a frame of 64 rows by 288. */
const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
  Buffer.alloc(14),
  Buffer.from([0xff, 0xc4, 0, 4, 0, 0, 0xff, 0xc2, 0, 17, 8, 0, 64, 1, 32, 3]),
]);

describe("the size of a picture, before it is loaded", () => {
  test.each([
    { name: "PNG", bytes: png, size: { width: 400, height: 100 } },
    { name: "GIF", bytes: gif, size: { width: 288, height: 64 } },
    { name: "JPEG", bytes: jpeg, size: { width: 288, height: 64 } },
    { name: "a PNG that is cut off", bytes: png.subarray(0, 20), size: undefined },
    { name: "a JPEG that is cut off", bytes: jpeg.subarray(0, 22), size: undefined },
    { name: "a JPEG of nothing but markers", bytes: Buffer.alloc(40, 0xff).fill(0xd8, 1, 2), size: undefined },
    { name: "text", bytes: Buffer.from("GIFT of a kind, and more of it"), size: undefined },
    { name: "nothing", bytes: Buffer.alloc(0), size: undefined },
  ])("$name", ({ bytes, size }) => expect(pictureSize(bytes)).toEqual(size));

  test("an uploaded picture's block tells it, as in Slack; other blocks do not", () => {
    const files = new Map([["F0LATENCY1", { bytes: png }]]);
    const image = { type: "image", alt_text: "latency", block_id: "a" };
    const blocks = [
      { ...image, slack_file: { id: "F0LATENCY1" } },
      { ...image, slack_file: { id: "F0NOWHERE1" } },
      { ...image, image_url: "https://example.com/a.png" },
    ];
    expect(fillBlocks(blocks, files)).toEqual([
      { ...blocks[0], image_width: 400, image_height: 100 },
      blocks[1],
      blocks[2],
    ]);
  });
});
