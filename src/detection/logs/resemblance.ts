import type { Template } from "./template.ts";
import { FLAG, type TokenLine, WILD } from "./token-line.ts";

/** More differing words than this and two lines have nothing to do with each other. */
const MAX_DIFFERENT = 3;

/** How a line compares with a template of the same length; reused. */
export interface Resemblance {
  /** Equal words. */
  same: number;
  /** Positions where one has a value and the other a word. */
  mixed: number;
  /** Of `mixed`, how many follow `=` or `:`. */
  mixedNamed: number;
  /** Positions with two different words, and the same as a bit set (positions below 31). */
  different: number;
  mask: number;
}

export function createResemblance(): Resemblance {
  return { same: 0, mixed: 0, mixedNamed: 0, different: 0, mask: 0 };
}

/** Compares position by position; false as soon as it is hopeless. */
export function compare(line: TokenLine, template: Template, out: Resemblance): boolean {
  const theirs = template.hash;
  if (theirs.length !== line.count || template.format !== line.format) return false;
  out.same = 0;
  out.mixed = 0;
  out.mixedNamed = 0;
  out.different = 0;
  out.mask = 0;
  for (let i = 0; i < line.count; i++) {
    const ours = line.hash[i] ?? WILD;
    const other = theirs[i] ?? WILD;
    if (ours === other) {
      if (ours !== WILD) out.same++;
    } else if (
      (ours === WILD || other === WILD) &&
      (((line.flags[i] ?? 0) | (template.flags[i] ?? 0)) & FLAG.filler) === 0
    ) {
      out.mixed++;
      if (((line.flags[i] ?? 0) & FLAG.named) !== 0) out.mixedNamed++;
    } else {
      if (i >= 31 || ++out.different > MAX_DIFFERENT) return false;
      out.mask |= 1 << i;
    }
  }
  return true;
}

/**
 * Is the line a case of the template although one of them has a word where the other has a value? Yes when enough of
 * the sentence is the same: two words, or one word next to `key=value` pairs.
 */
export function isCase(r: Resemblance): boolean {
  if (r.different > 0) return false;
  const free = r.mixed - r.mixedNamed;
  return r.same >= free + 1 && r.same >= (free > 0 ? 2 : 1) && r.same * 2 >= r.mixed;
}

/**
 * How many sentences that differ only in the words of `mask` must be seen (this line included) before those words are
 * taken for values. Many statements of one program differ in one word (`started`, `stopped`), names come in dozens.
 * Infinity when never.
 */
export function evidenceNeeded(line: TokenLine, r: Resemblance): number {
  if (r.mixed > 0 || r.same === 0) return Number.POSITIVE_INFINITY;
  let soft = 0;
  let slots = 0;
  let constants = 0;
  let products = 0;
  let first = -1;
  for (let i = 0; i < 31 && i < line.count; i++) {
    if (first < 0 && line.hash[i] !== WILD) first = i;
    if ((r.mask & (1 << i)) === 0) continue;
    const flags = line.flags[i] ?? 0;
    if ((flags & (FLAG.constant | FLAG.filler)) !== 0) constants++;
    if ((flags & FLAG.soft) !== 0) soft++;
    if ((flags & FLAG.slot) !== 0) slots++;
    if ((flags & FLAG.product) !== 0) products++;
  }
  const leads = first >= 0 && (r.mask & (1 << first)) !== 0;
  // States (`from READY to PAUSED`) come in many pairs; of two that differ in one, each may be a statement.
  if (constants > 0) return leads ? Number.POSITIVE_INFINITY : constants === r.different && r.same > 2 ? 4 : 16;
  if (r.different === 1) {
    if (products === 1 && !leads) return 2;
    if (leads) return r.same < 2 ? 24 : soft === 1 && r.same > 3 ? 4 : 12;
    if (r.same < 2) return 12;
    if (slots === 1 && r.same > 2) return 2;
    return soft === 1 ? 4 : 6;
  }
  if (leads || r.same <= r.different) return Number.POSITIVE_INFINITY;
  if (soft + slots === r.different) return 4;
  return r.different === 2 ? 8 : 12;
}
