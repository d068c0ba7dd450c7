import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import { isGentler, isLastResort } from "../../incident/fix/ladder.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

interface Orderable {
  readonly fix: { readonly action: ActionCode; readonly target: ObjectRef };
  readonly cause: CauseCode;
  readonly confidence: number;
  /** What outcomes in this cluster have added to its confidence or taken from it. */
  readonly learned: number;
}

/**
 * The likeliest first. Two things come before a likelier one: a gentler step of the same ladder, and what the rules put before a
 * last resort; unless what came of them here says otherwise. Equally likely ones keep the rules' order.
 * @param offers fixes of one cause, in the order in which operators try them
 */
export function inOrder<T extends Orderable>(offers: readonly T[]): readonly T[] {
  const waitsFor = (later: T, first: T): boolean => {
    if (offers.indexOf(first) >= offers.indexOf(later) || first.learned < 0 || later.learned > 0) return false;
    const [a, b] = [first, later].map(({ fix, cause }) => ({ ...fix, cause }));
    return isLastResort(later.fix) || (a !== undefined && b !== undefined && isGentler(a, b));
  };
  const left = [...offers];
  const ordered: T[] = [];
  for (;;) {
    const free = left.filter((offer) => !left.some((other) => waitsFor(offer, other)));
    // What others wait for is worth as much as they are, or they would sink with it.
    const worth = (offer: T) =>
      Math.max(offer.confidence, ...left.filter((other) => waitsFor(other, offer)).map(({ confidence }) => confidence));
    const best = free.reduce<T | undefined>((top, one) => (top && worth(top) >= worth(one) ? top : one), undefined);
    if (!best) return ordered;
    ordered.push(best);
    left.splice(left.indexOf(best), 1);
  }
}
