const common = new Set(
  "a an and are as at be by can do for from has have if in is it its no not of on or so that the then this to was what when which will with you your".split(
    " ",
  ),
);

/** Words of a text for matching: lower case, names with hyphens whole and in parts, CamelCase in parts; at most 4,000. */
export function wordsOf(text: string): readonly string[] {
  const found: string[] = [];
  for (const [token] of text.matchAll(/[A-Za-z0-9][A-Za-z0-9._-]{0,80}/g)) {
    if (found.length >= 4_000) break;
    const parts = token
      .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
      .split(/[\s._-]+/)
      .map((part) => part.toLowerCase());
    for (const word of new Set([token.toLowerCase().replace(/[._-]+$/, ""), ...parts]))
      if (word.length > 1 && !common.has(word)) found.push(word.length > 4 ? word.replace(/(?:ies|es|s)$/, "") : word);
  }
  return found;
}
