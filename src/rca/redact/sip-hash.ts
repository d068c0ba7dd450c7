/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over UTF-16 code units, in 32-bit halves: a keyed pseudo-random function that is
 * quick for short inputs. With the key unknown, an output tells nothing about its input.
 */
export function createSipHash(
  key: readonly [number, number, number, number],
): (text: string, from: number, to: number) => string {
  const [k0l, k0h, k1l, k1h] = key;
  const v = new Int32Array(8);

  const add = (a: number, b: number) => {
    const low = ((v[a] ?? 0) >>> 0) + ((v[b] ?? 0) >>> 0);
    v[a + 1] = (v[a + 1] ?? 0) + (v[b + 1] ?? 0) + (low > 0xffffffff ? 1 : 0);
    v[a] = low;
  };
  const rotate = (a: number, bits: number) => {
    const low = v[a] ?? 0;
    const high = v[a + 1] ?? 0;
    if (bits === 32) {
      v[a] = high;
      v[a + 1] = low;
      return;
    }
    v[a] = (low << bits) | (high >>> (32 - bits));
    v[a + 1] = (high << bits) | (low >>> (32 - bits));
  };
  const xor = (a: number, b: number) => {
    v[a] = (v[a] ?? 0) ^ (v[b] ?? 0);
    v[a + 1] = (v[a + 1] ?? 0) ^ (v[b + 1] ?? 0);
  };
  const round = () => {
    add(0, 2);
    rotate(2, 13);
    xor(2, 0);
    rotate(0, 32);
    add(4, 6);
    rotate(6, 16);
    xor(6, 4);
    add(0, 6);
    rotate(6, 21);
    xor(6, 0);
    add(4, 2);
    rotate(2, 17);
    xor(2, 4);
    rotate(4, 32);
  };
  const block = (low: number, high: number) => {
    v[6] = (v[6] ?? 0) ^ low;
    v[7] = (v[7] ?? 0) ^ high;
    round();
    round();
    v[0] = (v[0] ?? 0) ^ low;
    v[1] = (v[1] ?? 0) ^ high;
  };

  return (text, from, to) => {
    v[0] = k0l ^ 0x70736575;
    v[1] = k0h ^ 0x736f6d65;
    v[2] = k1l ^ 0x6e646f6d;
    v[3] = k1h ^ 0x646f7261;
    v[4] = k0l ^ 0x6e657261;
    v[5] = k0h ^ 0x6c796765;
    v[6] = k1l ^ 0x79746573;
    v[7] = k1h ^ 0x74656462;
    let i = from;
    for (; i + 4 <= to; i += 4) {
      block(
        text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16),
        text.charCodeAt(i + 2) | (text.charCodeAt(i + 3) << 16),
      );
    }
    const left = to - i;
    const unit = (offset: number) => (offset < left ? text.charCodeAt(i + offset) : 0);
    block(unit(0) | (unit(1) << 16), unit(2) | (((to - from) & 0xff) << 24));
    v[4] = (v[4] ?? 0) ^ 0xff;
    round();
    round();
    round();
    round();
    const out = (v[0] ?? 0) ^ (v[2] ?? 0) ^ (v[4] ?? 0) ^ (v[6] ?? 0);
    return (out >>> 0).toString(16).padStart(8, "0");
  };
}
