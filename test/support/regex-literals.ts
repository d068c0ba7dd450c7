import { readFileSync } from "node:fs";
import { relative } from "node:path";

export interface RegexLiteral {
  /** `src/lib/duration.ts:12` */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** After these a slash begins an expression; after anything else it divides. */
const before = /(?:^|[(,=:[!&|?{};+\-*%~^<>\n])\s*$|\b(?:return|typeof|case|of|in|yield|await)\s*$/;

/** Past a literal that ends with `quote`; text within `${}` of a template is skipped with it. */
function afterText(code: string, from: number, quote: string): number {
  let i = from + 1;
  for (; i < code.length && code[i] !== quote; i++) if (code[i] === "\\") i++;
  return i + 1;
}

function afterRegex(code: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < code.length; i++) {
    const char = code[i];
    if (char === "\n") return -1;
    if (char === "\\") i++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return i;
  }
  return -1;
}

/** Every literal of a regular expression in a file, those within templates too. */
export function regexLiterals(file: string, root: string): RegexLiteral[] {
  const code = readFileSync(file, "utf8");
  const found: RegexLiteral[] = [];
  let significant = "";
  /** Braces that are open in each `${` that is open; -1 stands for the text of a template. */
  const open: number[] = [];
  const text = -1;
  for (let i = 0; i < code.length; ) {
    const char = code[i] ?? "";
    const two = code.slice(i, i + 2);
    const depth = open.at(-1);
    if (depth === text) {
      if (char === "`") open.pop();
      if (two === "${") open.push(0);
      significant = two === "${" ? "(" : "x";
      i += char === "\\" || two === "${" ? 2 : 1;
    } else if (two === "//") i = code.indexOf("\n", i) < 0 ? code.length : code.indexOf("\n", i);
    else if (two === "/*") i = code.indexOf("*/", i) + 2;
    else if (char === "`") {
      open.push(text);
      i++;
    } else if (char === '"' || char === "'") {
      i = afterText(code, i, char);
      significant = "x";
    } else if (char === "/" && before.test(significant)) {
      const end = afterRegex(code, i);
      if (end < 0) {
        i++;
        continue;
      }
      const flags = /^[a-z]*/.exec(code.slice(end + 1, end + 10))?.[0] ?? "";
      const line = code.slice(0, i).split("\n").length;
      found.push({ place: `${relative(root, file)}:${line}`, source: code.slice(i + 1, end), flags });
      i = end + 1 + flags.length;
      significant = "x";
    } else {
      if (depth !== undefined && char === "{") open[open.length - 1] = depth + 1;
      if (depth !== undefined && char === "}") {
        if (depth === 0) open.pop();
        else open[open.length - 1] = depth - 1;
      }
      significant = `${significant}${char}`.slice(-12);
      i++;
    }
  }
  return found;
}
