import type { Span } from "./span.ts";
import { plainEnd } from "./value-end.ts";

// Places of values that one kind of text has.

const newline = 10;
const maxText = 2_000;

/** `?code=…&state=…` of OAuth; `?code=404` and `?code=US` are none. */
const grant = /=(?=[\w.~%-]{0,12}\d)[\w.~%/-]{10,}/y;
/** `?key=…` of an interface: long and hexadecimal; other ones are told by their randomness. `key=…` elsewhere is often one of a cache. */
const apiKey = /=(?=[a-fA-F]*\d)[0-9a-fA-F]{24,128}(?![\w./%:-])/y;
/** `to`: the end of the name, where `=` stands; `name` in lower case. Only behind `?` or `&`, as in an address. */
export function isGrant(text: string, to: number, name: string): boolean {
  const pattern = name === "code" ? grant : name === "key" || name === "appid" ? apiKey : undefined;
  if (!pattern || text.charCodeAt(to) !== 61) return false;
  const before = text.charCodeAt(to - name.length - 1);
  pattern.lastIndex = to;
  return (before === 63 || before === 38) && pattern.test(text);
}

/**
 * Names and numbers that are written like pairs: the tag of an image (`shop/auth:9f8e7d6`), the name of a secret in an address of AWS
 * (`…:123456789012:secret:db`), how many tests passed (`PASS: 12`).
 */
export function isReference(text: string, from: number, to: number, name: string): boolean {
  const next = text.charCodeAt(to + 1);
  if (name === "PASS") return /^: {1,4}(?:\d{1,6}\b|Test)/.test(text.slice(to, to + 12));
  if (next <= 32 || text.charCodeAt(to) !== 58) return false;
  if (name === "secret" && text.charCodeAt(from - 1) === 58)
    return /:\d{12}:$/.test(text.slice(Math.max(0, from - 14), from));
  const image = text.charCodeAt(from) !== 47 && text.slice(from, to - name.length).includes("/");
  return image && /^:\w[\w.-]{0,127}(?:[\s"'`,;)\]@]|$)/.test(text.slice(to, to + 130));
}

/** `<entry key="password">…</entry>`, and a part of a form behind its header. `at` is behind the name. */
export function textOfPart(text: string, at: number): Span | undefined {
  const code = text.charCodeAt(at);
  if (code === 62) {
    const end = text.slice(at + 1, at + 1 + maxText).indexOf("<");
    return end > 0 ? { from: at + 1, to: at + 1 + end, kind: "password" } : undefined;
  }
  const empty = code === 13 || code === newline ? /^\r?\n\r?\n(?=[^\s-])/.exec(text.slice(at, at + 5)) : undefined;
  if (!empty) return undefined;
  const start = at + empty[0].length;
  return { from: start, to: plainEnd(text, start, "token", true), kind: "password" };
}

/** `credentials: ann / secret`: where the second ends; `end` where there is none. */
export function behindSlash(text: string, end: number): number {
  const slash = /^[ \t]?\/[ \t]?(?=[^\s/])/.exec(text.slice(end, end + 4));
  return slash ? plainEnd(text, end + slash[0].length, "token", false) : end;
}
