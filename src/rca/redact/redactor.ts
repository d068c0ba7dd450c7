import { createHash, randomBytes } from "node:crypto";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { findSecrets } from "./find-secrets.ts";
import { createSipHash } from "./sip-hash.ts";

export interface Redactor {
  readonly redact: Redact;
  /** Puts the originals back, for people who may see them. Knows the newest 10,000; others stay as they are. */
  restore(text: string): string;
  readonly counts: { readonly redacted: number; readonly forgotten: number };
}

const maxRemembered = 10_000;
const placeholder = /<redacted-[0-9a-f]{8}>/g;

/**
 * The only maker of `Redacted`. A secret becomes `<redacted-1a2b3c4d>`: the same secret gives the same placeholder, wherever it stands, as long
 * as the salt is the same, and without the salt nothing leads back. Linear in the length of the text.
 */
export function createRedactor(options: { readonly salt?: string } = {}): Redactor {
  const salt = options.salt === undefined ? randomBytes(16) : createHash("sha256").update(options.salt).digest();
  const hash = createSipHash([salt.readInt32LE(0), salt.readInt32LE(4), salt.readInt32LE(8), salt.readInt32LE(12)]);
  const names = new Map<string, string>();
  const originals = new Map<string, string>();
  const counts = { redacted: 0, forgotten: 0 };

  const redact: Redact = (text) => {
    const spans = findSecrets(text);
    if (spans.length === 0) return text as Redacted;
    const parts: string[] = [];
    let at = 0;
    for (const { from, to } of spans) {
      if (from < at || to <= from) continue;
      const secret = text.slice(from, to);
      let name = names.get(secret);
      if (name === undefined) {
        name = `<redacted-${hash(text, from, to)}>`;
        // A slice keeps the whole text alive; what is remembered must stand alone.
        const alone = Buffer.from(secret).toString();
        names.set(alone, name);
        originals.set(name, alone);
        if (names.size > maxRemembered) {
          const oldest = names.keys().next().value;
          if (oldest !== undefined) {
            originals.delete(names.get(oldest) ?? "");
            names.delete(oldest);
          }
          counts.forgotten++;
        }
      }
      counts.redacted++;
      parts.push(text.slice(at, from), name);
      at = to;
    }
    parts.push(text.slice(at));
    return parts.join("") as Redacted;
  };
  return { redact, restore: (text) => text.replace(placeholder, (name) => originals.get(name) ?? name), counts };
}
