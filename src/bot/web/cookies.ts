/** The value of a cookie; undefined when absent. Of two with one name the first counts, as RFC 6265 has browsers send them. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").slice(0, 8_192).split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/**
 * The value of a Set-Cookie header (RFC 6265, section 4.1). `value` is ours and holds no signs that would need quoting.
 * Without `maxAgeSeconds` it ends with the browser.
 */
export function setCookie(
  name: string,
  value: string,
  options: { readonly secure: boolean; readonly maxAgeSeconds?: number },
): string {
  const parts = [`${name}=${value}`, "Path=/", "HttpOnly", "SameSite=Lax"];
  if (options.secure) parts.push("Secure");
  if (options.maxAgeSeconds !== undefined) parts.push(`Max-Age=${Math.round(options.maxAgeSeconds)}`);
  return parts.join("; ");
}

/** A Set-Cookie header that ends it at once; `secure` must be as it was set. */
export const dropCookie = (name: string, secure: boolean) => setCookie(name, "", { secure, maxAgeSeconds: 0 });
