/** What tokens, keys and base64 are made of. */
const ofToken = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~%=")
  ofToken[char.charCodeAt(0)] = 1;
const isOfToken = (code: number) => code < 128 && ofToken[code] === 1;

/** What is longer than this is told by its randomness also when its end is missing. */
const longestToken = 200;

/** The first `limit` characters of a text, without a word that would stay in half: of half a secret nobody can tell that it is one. */
export function untilToken(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = limit;
  if (isOfToken(text.charCodeAt(limit))) while (end > 0 && isOfToken(text.charCodeAt(end - 1))) end--;
  return text.slice(0, limit - end > longestToken ? limit : end);
}
