/**
 * Reads a snappy block (https://github.com/google/snappy/blob/main/format_description.txt), as Prometheus remote write and
 * Loki push use it. The length it promises is checked before anything is allocated.
 * @throws RangeError when the block is damaged or would be longer than `maxBytes`
 */
export function readSnappyBlock(block: Uint8Array, maxBytes: number): Uint8Array {
  let at = 0;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw new RangeError("the snappy block ends too early");
    return value;
  };
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };

  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const part = byte();
    length += (part & 0x7f) * 2 ** shift;
    if (part < 0x80) break;
    if (shift >= 28) throw new RangeError("the snappy block has no length");
  }
  if (length > maxBytes) throw new RangeError(`the snappy block holds ${length} bytes, the limit is ${maxBytes}`);
  // The densest copy makes 64 bytes of two: more than that is promised by a block that lies about its length.
  if (length > block.length * 64) throw new RangeError("the snappy block promises more than it can hold");

  const out = new Uint8Array(length);
  let filled = 0;
  const copy = (offset: number, count: number): void => {
    if (offset < 1 || offset > filled || filled + count > length)
      throw new RangeError("a snappy copy is out of bounds");
    // A copy may reach into what it writes itself: that is how runs are packed.
    if (offset >= count) out.copyWithin(filled, filled - offset, filled - offset + count);
    else for (let i = 0; i < count; i++) out[filled + i] = out[filled + i - offset] ?? 0;
    filled += count;
  };
  while (at < block.length) {
    const tag = byte();
    const high = tag >>> 2;
    switch (tag & 3) {
      case 0: {
        const count = (high < 60 ? high : number(high - 59)) + 1;
        if (at + count > block.length || filled + count > length)
          throw new RangeError("a snappy literal is out of bounds");
        out.set(block.subarray(at, at + count), filled);
        at += count;
        filled += count;
        break;
      }
      case 1:
        copy((high >>> 3) * 256 + byte(), (high & 7) + 4);
        break;
      case 2:
        copy(number(2), high + 1);
        break;
      default:
        copy(number(4), high + 1);
    }
  }
  if (filled !== length) throw new RangeError("the snappy block is shorter than it says");
  return out;
}
