import { cut } from "../../words.ts";

const changedLinesShown = 8;

const depth = (line: string) => line.length - line.trimStart().length;

/** The key under which a line stands (`limits` over `memory: 34Mi`), as far as the diff shows it. */
function parentOf(lines: readonly string[], at: number): string | undefined {
  const own = depth((lines[at] ?? "").slice(1));
  for (let i = at - 1; i >= 0; i--) {
    const line = lines[i] ?? "";
    if (line.startsWith("@@")) return undefined;
    const text = line.slice(1);
    if (text.trim() === "" || depth(text) >= own) continue;
    return /^([\w.-]+):$/.exec(text.trim())?.[1];
  }
  return undefined;
}

/** The lines of the diff that change, so that what Approve does can be read without opening anything. */
export function changedLines(diff: string): readonly string[] {
  const all = diff.split("\n");
  const lines = all.flatMap((line, i) => (/^[+-](?![+-]{2} )/.test(line) ? [{ line, parent: parentOf(all, i) }] : []));
  const shown = lines.slice(0, changedLinesShown).map(({ line, parent }) => {
    const where = parent ? `${parent}.` : "";
    return cut(`${line.slice(0, 1)} ${where}${line.slice(1).trim()}`, 160);
  });
  return [
    ...shown,
    ...(lines.length > changedLinesShown ? [`… ${lines.length - changedLinesShown} more changed lines in Review`] : []),
  ];
}
