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

/** Is this text, found as the value of a secret's name, a value at all? */
export function isValue(value: string, kind: NameKind, prose: boolean): boolean {
  if (value.length === 0) return false;
  const first = value.charCodeAt(0);
  // `<redacted-…`, `${…}`, `$(…)`, `{{…}}`, `(hidden)`, `***`.
  if (first === 60 && value.startsWith("<redacted-")) return false;
  if (first === 36 && (value.startsWith("${") || value.startsWith("$("))) return false;
  // Places of a statement: `$1`, `?`.
  if ((first === 36 && /^\$\d{1,3}$/.test(value)) || value === "?") return false;
  if ((first === 123 && value.startsWith("{{")) || (first === 40 && value.startsWith("(hidden"))) return false;
  if (harmlessValue(value)) return false;
  if (((first === 36 || first === 37) && variable.test(value)) || (first === 83 && signal.test(value))) return false;
  if ((first === 42 || first === 46 || first === 120 || first === 88) && /^[*x.•]+$/i.test(value)) return false;
  if (kind === "token" && first >= 48 && first <= 57 && value.length <= 12 && /^\d{1,5}(\.\d+)?(ms|s)?$/.test(value))
    return false;
  if (kind === "token" && ((first >= 48 && first <= 57) || first === 118) && version.test(value)) return false;
  // "token: expired" in a sentence; in a file the name stands at the start of its line.
  return !(prose && (value.length < 4 || /^[a-z]+[.!]?$/.test(value)));
}

/** `["This field may not be blank."]`: what forms answer beside the name of a field, and words that name kinds. */
export function isRemark(list: string, kind: NameKind): boolean {
  const words = list.replace(/["'\\`]/g, "").trim();
  if (/^[A-Za-z][A-Za-z']*(?: [A-Za-z']+)+[.!]?$/.test(words)) return true;
  return !isValue(words.slice(0, 64), kind, kind === "token");
}
