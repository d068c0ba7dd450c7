/**
 * Text that PostgreSQL can hold: it knows no NUL, and no half of a surrogate pair (https://www.postgresql.org/docs/current/datatype-json.html).
 * What strangers write may have both; one such line must not keep an incident from being written down.
 */
export function storableText(text: string): string {
  const whole = text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

/** JSON whose texts PostgreSQL's `jsonb` takes, keys left alone: they are ours. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? storableText(part) : part));
}
