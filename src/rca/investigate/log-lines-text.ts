import { isoTime } from "../../lib/clock.ts";
import { untilToken } from "../../lib/until-token.ts";

export interface ShownLine {
  readonly at: number;
  readonly pod: string;
  readonly line: string;
}

const maxLineChars = 500;

/** A test for lines that contain one of the texts between `|`, ignoring case. No expressions: they come from a model. */
export function grepTest(grep: string | null): (line: string) => boolean {
  const wanted = (grep ?? "")
    .split("|")
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text !== "");
  if (wanted.length === 0) return () => true;
  return (line) => {
    const lower = line.toLowerCase();
    return wanted.some((text) => lower.includes(text));
  };
}

/** The newest lines that fit, oldest first, equal neighbours told once; says how many are left out. Undefined without lines. */
export function logLinesText(lines: readonly ShownLine[], maxChars: number): string | undefined {
  const shown: string[] = [];
  let used = 0;
  let i = lines.length - 1;
  let same = 0;
  for (; i >= 0; i--) {
    const one = lines[i];
    if (!one) continue;
    const before = lines[i - 1];
    if (before && before.line === one.line && before.pod === one.pod) {
      same++;
      continue;
    }
    const line = untilToken(one.line, maxLineChars);
    const cut = one.line.length - line.length;
    const text = `${isoTime(one.at)} ${one.pod}: ${line}${cut > 0 ? ` [… ${cut} characters more]` : ""}${same > 0 ? ` (${same + 1} times)` : ""}`;
    if (shown.length > 0 && used + text.length > maxChars) break;
    same = 0;
    used += text.length + 1;
    shown.unshift(text);
  }
  if (shown.length === 0) return undefined;
  const left = i + 1;
  return `${left > 0 ? `(${left} earlier lines match and are not shown)\n` : ""}${shown.join("\n")}`;
}
