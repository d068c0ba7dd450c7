import type { Span } from "./span.ts";

// Addresses that are a secret themselves: who knows them may post, or is let in.

const token = "([A-Za-z0-9_-]{16,200})";
const makers: readonly RegExp[] = [
  /hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/([\w/-]{10,200})/,
  new RegExp(`discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{1,24}/${token}`),
  /\/IncomingWebhook\/([\w-]{16,64}(?:\/[\w-]{1,64}){0,2})/,
  /(?:hc-ping\.com|healthchecks\.io\/ping)\/([\w-]{16,64})/,
  /hook\.\w{1,8}\.make\.com\/([a-z0-9]{20,64})/,
  /hooks\.zapier\.com\/hooks\/catch\/([\w/-]{8,64})/,
];
/** What is sent to one person: a link to set a password, to join, to confirm. The last part of it is drawn at random. */
const sent =
  /\/(?:reset|invite|invitation|activate|activation|magic|confirm|confirmation|unsubscribe|verify|impersonate|one-time)s?(?:[-_](?:password|link|login|email|account|token))?\/([A-Za-z0-9_-]{16,200})(?![\w/-])/i;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isDrawn = (part: string) =>
  uuid.test(part) || (/\d/.test(part) && /[A-Za-z]/.test(part) && !/[-_][A-Za-z]+[-_]/.test(part));

/** Shorter words hold no such address. */
export const leastPathChars = 24;
const maxPath = 600;

/** The secret part of the address or path `from`..`to`. */
export function pathSecret(text: string, from: number, to: number): Span | undefined {
  const word = text.slice(from, Math.min(to, from + maxPath));
  const made = /hook|ping/i.test(word) ? makers.map((maker) => maker.exec(word)).find(Boolean) : undefined;
  const found = made ?? sent.exec(word);
  const part = found?.[1];
  if (!found || part === undefined || (!made && !isDrawn(part))) return undefined;
  const at = from + found.index + found[0].lastIndexOf(part);
  return { from: at, to: at + part.length, kind: "path" };
}
