/** Names of methods and formats that look like passwords: `sha256`, `oauth2`, `utf-8`, `x509`. */
const methods =
  /^(?:sha|md|aes|rsa|des|[ehpr]s|hmac|utf|iso|base|ipv|o?auth|https?|tls|ssl|argon|pbkdf|b?crypt|log|x|h|v|s|k|ec|p|rfc|web|mfa)-?\d+[a-z]{0,3}$/i;
const dateOrTime = /^\d{4}-\d\d|^\d+:\d/;
const amount = /^[+-]?\d+(?:[.,]\d+)*(?:[a-z]{1,3}|%)?$/i;
/** Names of files, hosts, classes: `config.yaml`, `db1.shop.svc`. */
const dotted = /^[\w-]+(?:\.[\w-]+)+$/;
const place = /^[./~$<{[(*\\]|:\/\/|[()=<>{}|]/;

/**
 * Whether a word of a sentence looks like a password somebody or something has chosen, and like no word of a language or of a
 * program. `said`: the sentence says that it is one (`the password is …`). `beside`: only where it stands speaks for it.
 */
export function looksChosen(word: string, by: "said" | "beside"): boolean {
  if (word.length < (by === "said" ? 4 : 6) || word.length > 128) return false;
  if (place.test(word) || dateOrTime.test(word) || methods.test(word) || dotted.test(word)) return false;
  if (amount.test(word)) return by === "said" && /^\d{4,12}$/.test(word);
  const digit = /\d/.test(word);
  const sign = /[A-Za-z0-9][!@#%^&*+?~][A-Za-z0-9!]?/.test(word);
  if (!/[A-Za-z]/.test(word) || !(digit || sign)) return false;
  if (by === "said") return true;
  // `carts2`, `user-42`, `Node1` are names.
  if (!digit || /^[A-Za-z]+(?:[-_][A-Za-z]+)*[-_]?\d{1,4}$/.test(word)) return false;
  return sign || (/[a-z]/.test(word) && /[A-Z]/.test(word)) || /\d[A-Za-z]/.test(word);
}
