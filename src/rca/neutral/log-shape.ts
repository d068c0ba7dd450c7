import type { LogShape } from "./neutral-case.ts";

const levelWord = /\b(fatal|panic|critical|error|err|severe|warn(?:ing)?|info|debug|trace)\b/i;
/** `Name#12`, `file.go:12`: a logger that says where it stands has already told the template. */
const sourceLocation = /(?:^|\s|\[)([A-Za-z_$][\w$./-]*(?:#|\.[a-z]{1,4}:)\d+)\b/;
const maxWords = 14;

/** Text of a line without the wrapper that container runtimes put around it. */
function unwrap(line: string): string {
  if (!line.startsWith('{"log":')) return line;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && "log" in parsed && typeof parsed.log === "string")
      return parsed.log.trimEnd();
  } catch {
    // Cut off in the middle: the raw text still has its words.
  }
  return line;
}

function levelOf(text: string, declared: string | undefined): LogShape["level"] {
  const word = (declared ?? levelWord.exec(text.slice(0, 80))?.[1] ?? "").toLowerCase();
  if (/^(fatal|panic|critical|err|severe)/.test(word)) return "error";
  if (word.startsWith("warn")) return "warn";
  return "info";
}

/** What kind of event a line is: its values masked, or the place in the code that wrote it when the line names it. */
export function logShape(line: string, declaredLevel?: string): LogShape {
  const text = unwrap(line);
  const level = levelOf(text, declaredLevel);
  const sample = text.slice(0, 240);
  const place = sourceLocation.exec(text.slice(0, 200))?.[1];
  if (place !== undefined) return { text: `${level} ${place}`, level, sample };
  const words = text
    .split(/[\s,;()[\]{}"']+/)
    .filter(Boolean)
    .slice(0, maxWords)
    .map((word) => (/\d/.test(word) ? "*" : word.replace(/=.*$/, "=*")));
  return { text: `${level} ${words.join(" ")}`, level, sample };
}
