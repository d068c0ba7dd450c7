import { classOf, LOWER, UPPER } from "../../../log-lines/chars.ts";

/** Base-2 logarithm of the bits kept: 128 KiB. */
const BITS = 20;
/** Beyond this share of bits in use, further words are not noted: too many would be taken for known. */
const MAX_SHARE = 1 / 16;
const LONGEST = 32;

/** Words that were seen where only a value stands (`user=ann`, `"ann"`), so that they are known again elsewhere. Bounded. */
export interface ValueWords {
  note(hash: number): void;
  has(hash: number): boolean;
}

/** By one bit of a hash: a word may be taken for one that was noted, in one of sixteen cases at most. */
export function createValueWords(): ValueWords {
  const bits = new Uint32Array(1 << (BITS - 5));
  let room = (1 << BITS) * MAX_SHARE;
  const slotOf = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> (32 - BITS);
  return {
    note(hash) {
      const slot = slotOf(hash);
      const mask = 1 << (slot & 31);
      const held = bits[slot >>> 5] ?? 0;
      if ((held & mask) !== 0 || room <= 0) return;
      bits[slot >>> 5] = held | mask;
      room--;
    },
    has(hash) {
      const slot = slotOf(hash);
      return ((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
    },
  };
}

/** The hash of text[from, to) when that is a word of letters, dots, dashes and underscores, as the tokenizer computes it; 0 when not. */
export function plainHash(text: string, from: number, to: number): number {
  if (to - from < 2 || to - from > LONGEST) return 0;
  let hash = 0x811c9dc5 | 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if ((classOf(code) & (LOWER | UPPER)) === 0 && code !== 45 && code !== 46 && code !== 95) return 0;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash === 0 ? 1 : hash;
}
