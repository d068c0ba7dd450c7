import { createHash, randomBytes } from "node:crypto";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { storableText } from "../../lib/storable-text.ts";
import { findSecrets } from "./find-secrets.ts";
import { openNames, type Pseudonyms } from "./pseudonyms.ts";
import { createSipHash } from "./sip-hash.ts";

export interface Redactor {
  readonly redact: Redact;
  /** Puts names and addresses back that `personal` has hidden, for people who may see them. Secrets have no way back. */
  reveal(text: Redacted): Redacted;
  readonly counts: { readonly redacted: number; readonly forgotten: number };
}

const maxRemembered = 10_000;

/**
 * The only maker of `Redacted`. A secret becomes `<redacted-1a2b3c4d>`: the same secret gives the same placeholder, wherever it stands, as long
 * as the salt is the same, and without the salt nothing leads back. Linear in the length of the text.
 */
export function createRedactor(
  options: {
    readonly salt?: string;
    /** Hides names and addresses of people as well; by default only secrets go. */
    readonly personal?: Pseudonyms;
  } = {},
): Redactor {
  const personal = options.personal ?? openNames;
  const salt = options.salt === undefined ? randomBytes(16) : createHash("sha256").update(options.salt).digest();
  const hash = createSipHash([salt.readInt32LE(0), salt.readInt32LE(4), salt.readInt32LE(8), salt.readInt32LE(12)]);
  const names = new Map<string, string>();
  const counts = { redacted: 0, forgotten: 0 };

  const redact: Redact = (raw) => {
    const text = storableText(raw);
    const spans = findSecrets(text);
    if (spans.length === 0) return personal.hide(text) as Redacted;
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
        if (names.size > maxRemembered) {
          const oldest = names.keys().next().value;
          if (oldest !== undefined) names.delete(oldest);
          counts.forgotten++;
        }
      }
      counts.redacted++;
      parts.push(text.slice(at, from), name);
      at = to;
    }
    parts.push(text.slice(at));
    return personal.hide(parts.join("")) as Redacted;
  };
  return { redact, reveal: (text) => personal.restore(text) as Redacted, counts };
}
