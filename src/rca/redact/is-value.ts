import type { NameKind } from "./secret-names.ts";

const harmlessValues = new Set([
  "true",
  "false",
  "null",
  "none",
  "nil",
  "undefined",
  "yes",
  "no",
  "on",
  "off",
  "required",
  "missing",
  "empty",
  "unset",
  "hidden",
  "redacted",
  "unknown",
  "expired",
  "invalid",
  "valid",
  "failed",
  "failure",
  "success",
  "denied",
  "rejected",
  "accepted",
  "disabled",
  "enabled",
  "ok",
  "new",
  "not",
  "rbac",
  "unlock",
]);
const longestHarmless = 9;
/** `$DB_PASSWORD`, `%DB_PASSWORD%`: what a shell fills in. */
const variable = /^(?:\$[A-Z_][A-Z0-9_]{2,}|%[A-Z_][A-Z0-9_]{2,}%)$/;
/** `auth:1.4.2`: the tag of an image. */
const version = /^v?\d{1,4}(?:\.\d{1,4}){1,3}(?:[-+][\w.]{1,40})?$/;
const signal = /^SIG[A-Z]{3,7}$/;

/** Words that say how it went or whether there is one, and hold nothing. */
export const harmlessValue = (value: string) =>
  value.length <= longestHarmless && harmlessValues.has(value.charCodeAt(0) < 97 ? value.toLowerCase() : value);

/** By its first sign, what is put in the place of a value or is none: redacted before, filled in by a shell, a template or a statement, masked. */
const placeholders: readonly { readonly begins: string; readonly is: (value: string) => boolean }[] = [
  { begins: "<", is: (value) => value.startsWith("<redacted-") },
  // `${DB_PASSWORD}`, `$(cat file)`, `$1`, `$DB_PASSWORD`.
  {
    begins: "$",
    is: (value) =>
      value.startsWith("${") || value.startsWith("$(") || /^\$\d{1,3}$/.test(value) || variable.test(value),
  },
  { begins: "%", is: (value) => variable.test(value) },
  { begins: "{", is: (value) => value.startsWith("{{") },
  { begins: "(", is: (value) => value.startsWith("(hidden") },
  { begins: "?", is: (value) => value.length === 1 },
  { begins: "S", is: (value) => signal.test(value) },
  { begins: "*.xX", is: (value) => /^[*x.•]+$/i.test(value) },
];
const byFirst = new Map(placeholders.flatMap(({ begins, is }) => [...begins].map((sign) => [sign.charCodeAt(0), is])));

/** What a token is not: a number, with a unit or without, and the version behind the name of an image. */
const isNumberOrVersion = (value: string) =>
  (value.length <= 12 && /^\d{1,5}(\.\d+)?(ms|s)?$/.test(value)) || version.test(value);

/** "token: expired" in a sentence; in a file the name stands at the start of its line. */
const isWordOfSentence = (value: string) => value.length < 4 || /^[a-z]+[.!]?$/.test(value);

/** Is this text, found as the value of a secret's name, a value at all? */
export function isValue(value: string, kind: NameKind, prose: boolean): boolean {
  if (value.length === 0 || harmlessValue(value)) return false;
  const first = value.charCodeAt(0);
  if (byFirst.get(first)?.(value)) return false;
  if (kind === "token" && ((first >= 48 && first <= 57) || first === 118) && isNumberOrVersion(value)) return false;
  return !(prose && isWordOfSentence(value));
}

/** `["This field may not be blank."]`: what forms answer beside the name of a field, and words that name kinds. */
export function isRemark(list: string, kind: NameKind): boolean {
  const words = list.replace(/["'\\`]/g, "").trim();
  if (/^[A-Za-z][A-Za-z']*(?: [A-Za-z']+)+[.!]?$/.test(words)) return true;
  return !isValue(words.slice(0, 64), kind, kind === "token");
}
