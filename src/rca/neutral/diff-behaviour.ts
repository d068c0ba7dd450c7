import type { Commit } from "./neutral-case.ts";

/** How a commit changes what runs, 0 (not at all) to 1 (something that was done is no longer done). */
export interface DiffBehaviour {
  readonly weight: number;
  readonly why: string;
}

const cosmeticFile =
  /(^|\/)(docs?|documentation|test|tests|testdata|__tests__|\.github|\.circleci|\.storybook)\/|\.(md|txt|css|scss|less|svg|png|html)$|_test\.|\.test\.|\.spec\.|CODEOWNERS|README|LICENSE|(^|\/)(theme|palette|styles?)\./i;
const dependencyFile =
  /(^|\/)(go\.(mod|sum)|package(-lock)?\.json|yarn\.lock|requirements[^/]*\.txt|Cargo\.(toml|lock)|pom\.xml|Gemfile(\.lock)?|poetry\.lock)$/i;
const comment = /(^|\s)(\/\/|#|\/\*|\*|--\s).*$/;
const callName = /([A-Za-z_$][\w$]*)\s*\(/g;
/** Words before a parenthesis that are not calls. */
const notCalls = new Set([
  "if",
  "for",
  "while",
  "switch",
  "func",
  "function",
  "return",
  "catch",
  "def",
  "class",
  "make",
  "len",
  "append",
  "new",
  "print",
  "println",
  "printf",
]);
const logCall = /\b(log|logger|logging|console|fmt)\b/i;

function linesOf(diff: string): {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
} {
  const lines = diff.split("\n").filter((line) => !/^(\+\+\+|---|@@)/.test(line));
  const starting = (mark: string) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1).replace(comment, ""));
  return { added: starting("+"), removed: starting("-"), kept: lines.filter((line) => !/^[+-]/.test(line)) };
}

function callsIn(lines: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of lines)
    if (!logCall.test(line))
      for (const [, name = ""] of line.replace(/"[^"]*"|'[^']*'/g, "''").matchAll(callName))
        if (!notCalls.has(name)) names.add(name);
  return names;
}

const withoutText = (lines: readonly string[]) =>
  lines
    .filter((line) => !logCall.test(line))
    .map((line) => line.replace(/"[^"]*"|'[^']*'|`[^`]*`|[\s,;:]/g, ""))
    .join("");
const withoutNumbers = (text: string) => text.replace(/\d+/g, "0");

/** Reads a diff for what it does, not for what its message says. */
export function diffBehaviour(commit: Commit): DiffBehaviour {
  const { files, diff } = commit;
  if (files.length > 0 && files.every((file) => cosmeticFile.test(file)))
    return { weight: 0.03, why: "touches only looks, tests or documents" };
  if (files.length > 0 && files.every((file) => dependencyFile.test(file)))
    return { weight: 0.25, why: "raises a dependency" };
  if (diff === "") return { weight: 0.1, why: "its diff is not known" };
  const { added, removed, kept } = linesOf(diff);
  const now = callsIn([...added, ...kept]);
  const lost = [...callsIn(removed)].filter((name) => !now.has(name));
  const gained = [...callsIn(added)].filter((name) => !callsIn([...removed, ...kept]).has(name));
  if (lost.length > 0 && gained.length === 0)
    return { weight: 1, why: `no longer calls ${lost.slice(0, 3).join(", ")}` };
  if (lost.length > 0)
    return { weight: 0.6, why: `calls ${gained.slice(0, 3).join(", ")} instead of ${lost.slice(0, 3).join(", ")}` };
  const before = withoutText(removed);
  const after = withoutText(added);
  if (removed.length > 0 && before === after) return { weight: 0.1, why: "changes only texts" };
  if (removed.length > 0 && withoutNumbers(before) === withoutNumbers(after))
    return { weight: 0.6, why: "changes a number" };
  if (gained.length > 0) return { weight: 0.7, why: `newly calls ${gained.slice(0, 3).join(", ")}` };
  return { weight: 0.3, why: "changes code without changing what is called" };
}
