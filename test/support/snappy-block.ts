function length(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A plain snappy packer, greedy over four-byte matches: literals of every length class, and near and far copies. */
export function snappyBlock(data: Buffer): Buffer {
  const out: Buffer[] = [Buffer.from(length(data.length))];
  const seen = new Map<number, number>();
  let literalFrom = 0;
  const literal = (to: number) => {
    const size = to - literalFrom - 1;
    if (size < 0) return;
    if (size < 60) out.push(Buffer.from([size << 2]));
    else if (size < 256) out.push(Buffer.from([60 << 2, size]));
    else if (size < 65_536) out.push(Buffer.from([61 << 2, size & 255, size >> 8]));
    else out.push(Buffer.from([62 << 2, size & 255, (size >> 8) & 255, size >> 16]));
    out.push(data.subarray(literalFrom, to));
  };
  let at = 0;
  while (at + 4 <= data.length) {
    const key = data.readUInt32LE(at);
    const found = seen.get(key);
    seen.set(key, at);
    if (found === undefined) {
      at++;
      continue;
    }
    let size = 4;
    while (size < 64 && at + size < data.length && data[found + size] === data[at + size]) size++;
    const offset = at - found;
    literal(at);
    if (size <= 11 && offset < 2_048)
      out.push(Buffer.from([1 | ((size - 4) << 2) | ((offset >> 8) << 5), offset & 255]));
    else if (offset < 65_536) out.push(Buffer.from([2 | ((size - 1) << 2), offset & 255, offset >> 8]));
    else
      out.push(
        Buffer.from([3 | ((size - 1) << 2), offset & 255, (offset >> 8) & 255, (offset >> 16) & 255, offset >> 24]),
      );
    at += size;
    literalFrom = at;
  }
  literal(data.length);
  return Buffer.concat(out);
}
