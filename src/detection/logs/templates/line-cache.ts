import type { Template } from "./template.ts";

/** Remembers which template a masked line belongs to. Direct-mapped, so its memory is fixed; a clash only costs a search. */
export interface LineCache {
  get(keyA: number, keyB: number): Template | undefined;
  set(keyA: number, keyB: number, template: Template): void;
}

/** @param bits base-2 logarithm of the number of entries */
export function createLineCache(bits: number): LineCache {
  const size = 1 << bits;
  const shift = 32 - bits;
  const a = new Int32Array(size);
  const b = new Int32Array(size);
  const templates: (Template | undefined)[] = new Array<Template | undefined>(size).fill(undefined);
  const slot = (keyA: number, keyB: number) => Math.imul(keyA ^ (keyB >>> 7), 0x9e3779b1) >>> shift;
  return {
    get(keyA, keyB) {
      const at = slot(keyA, keyB);
      return a[at] === keyA && b[at] === keyB ? templates[at] : undefined;
    },
    set(keyA, keyB, template) {
      const at = slot(keyA, keyB);
      a[at] = keyA;
      b[at] = keyB;
      templates[at] = template;
    },
  };
}
