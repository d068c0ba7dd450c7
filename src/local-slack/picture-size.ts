export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const jpegWithoutLength = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);
/** SOF0 to SOF15 begin a frame and hold its size; DHT, JPG and DAC lie among their numbers. */
const jpegFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(bytes: Buffer): PictureSize | undefined {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (jpegFrame(marker)) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += jpegWithoutLength(marker) ? 2 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/**
 * Width and height in pixels as a picture's header tells them: IHDR of PNG, the logical screen of GIF89a, the frame header of
 * JPEG (ISO/IEC 10918-1, B.2.2). Undefined for anything else, and for a header that is cut off.
 */
export function pictureSize(bytes: Buffer): PictureSize | undefined {
  const begin = bytes.subarray(0, 24).toString("latin1");
  if (begin.startsWith("\x89PNG\r\n\x1a\n") && begin.slice(12, 16) === "IHDR" && bytes.length >= 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (/^GIF8[79]a/.test(begin) && bytes.length >= 10)
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  return begin.startsWith("\xff\xd8") ? jpegSize(bytes) : undefined;
}
