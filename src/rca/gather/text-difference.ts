/** Where a long line differs, so much of it before that place is shown. */
const contextChars = 40;
const noLine = "(no such line)";

function commonStart<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

/** From shortly before the first place where they differ. */
function fromDifference(before: string, after: string): readonly [string, string] {
  const from = commonStart(before, after) - contextChars;
  return from <= 0 ? [before, after] : [`…${before.slice(from)}`, `…${after.slice(from)}`];
}

/**
 * Of two versions of a text the lines that differ: of a file of a hundred lines the one that was changed is worth telling.
 * @param most a single line longer than this is shown from where it differs (characters)
 */
export function textDifference(before: string, after: string, most: number): readonly [string, string] {
  const [left, right] = [before.split("\n"), after.split("\n")];
  const start = commonStart(left, right);
  const end = commonStart(left.slice(start).reverse(), right.slice(start).reverse());
  const was = left.slice(start, left.length - end).join("\n");
  const is = right.slice(start, right.length - end).join("\n");
  if (was === "" || is === "") return [was || noLine, is || noLine];
  return was.length > most || is.length > most ? fromDifference(was, is) : [was, is];
}
