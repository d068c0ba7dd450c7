/** Lines of unchanged text shown around a change, as `diff -u` does. */
const contextLines = 3;
/** Above this many lines the quadratic table would cost more than the answer is worth: everything is shown as replaced. */
const maxLines = 3_000;

type Edit = { readonly mark: " " | "-" | "+"; readonly text: string };

/** Edits by longest common subsequence, after the common head and tail are set aside. */
function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  const keep = (text: string): Edit => ({ mark: " ", text });
  return [...before.slice(0, head).map(keep), ...middle(a, b), ...before.slice(before.length - tail).map(keep)];
}

function middle(a: readonly string[], b: readonly string[]): Edit[] {
  if (a.length > maxLines || b.length > maxLines) {
    return [...a.map((text): Edit => ({ mark: "-", text })), ...b.map((text): Edit => ({ mark: "+", text }))];
  }
  const width = b.length + 1;
  // common[i * width + j]: length of the longest common subsequence of a[i..] and b[j..].
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skip = Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
      common[i * width + j] = a[i] === b[j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      edits.push({ mark: " ", text: left });
      i++;
      j++;
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      edits.push({ mark: "-", text: left });
      i++;
    } else if (right !== undefined) {
      edits.push({ mark: "+", text: right });
      j++;
    }
  }
  return edits;
}

/** A unified diff of two texts without file headers; empty when they are equal. Each hunk starts with `@@ -line,count +line,count @@`. */
export function unifiedDiff(before: string, after: string): string {
  const split = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
  const edits = editsBetween(split(before), split(after));
  const near = edits.map(() => false);
  edits.forEach((edit, at) => {
    if (edit.mark !== " ") near.fill(true, Math.max(0, at - contextLines), at + contextLines + 1);
  });
  const out: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let at = 0; at < edits.length; ) {
    if (!near[at]) {
      oldLine++;
      newLine++;
      at++;
      continue;
    }
    let end = at;
    while (end < edits.length && near[end]) end++;
    const hunk = edits.slice(at, end);
    const olds = hunk.filter((edit) => edit.mark !== "+").length;
    const news = hunk.filter((edit) => edit.mark !== "-").length;
    out.push(`@@ -${olds === 0 ? oldLine - 1 : oldLine},${olds} +${news === 0 ? newLine - 1 : newLine},${news} @@`);
    for (const edit of hunk) out.push(`${edit.mark}${edit.text}`);
    oldLine += olds;
    newLine += news;
    at = end;
  }
  return out.join("\n");
}
