import { createHash } from "node:crypto";
import { createSipHash } from "./sip-hash.ts";

export type PersonalKind = "email" | "address" | "name" | "phone";

/** Stands in for names and addresses of people in text for those who must not see them. */
export interface Pseudonyms {
  /** `ann@example.org` becomes `<email-1a2b3c4d>`: the same original, the same pseudonym. Linear. */
  hide(text: string): string;
  /** Puts originals back that were hidden here; knows the newest 20,000. Secrets were never given a way back. */
  restore(text: string): string;
  readonly counts: { readonly hidden: number; readonly forgotten: number };
}

const maxRemembered = 20_000;
const placeholder = /<(?:email|address|name|phone)-[0-9a-f]{8}>/g;

// Every repetition is bounded and no two that touch can match the same text, so each pattern is linear.
const email = /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/g;
const ipv4 = /(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;
const ipv6 = /(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){1,7}(?![\w:])/g;
const phone = /(?<![\w+.-])\+[1-9]\d{0,2}[ -]?(?:\d[ -]?){6,12}\d(?![\w-])/g;
/** `user=ann`, `"username": "Ann Lee"`, `login: ann`: names that only their place shows. */
const named =
  /(?<![\w-])((?:user|username|user_name|userName|login|account_name|customer|customer_name|customerName|first_?[nN]ame|last_?[nN]ame|full_?[nN]ame|display_?[nN]ame|recipient|patient|employee)(?:\\?["'])?\s{0,3}[:=]\s{0,3})(\\?["'])?([^\s"'\\,;:=/@&<>(){}[\]]{2,64}(?: [A-Z][^\s"'\\,;:=/@&<>(){}[\]]{1,40}){0,2})/g;
/** Accounts of programs and words of programs are nobody's name. */
const nobody =
  /^(?:root|admin|nobody|system|anonymous|null|nil|none|undefined|true|false|unknown|default|service|guest|postgres|mysql|redis|www-data|nginx|app|test|system:[\w:-]+|\d+|u\d+|0x[0-9a-f]+|.*[-_](?:service|operator|controller|exporter|agent|db))$/i;

/** Addresses of private networks, of the machine itself and of documentation say nothing about anybody. */
function isPrivate(address: string): boolean {
  const parts = address.split(".").map(Number);
  const [a = 0, b = 0] = parts;
  if (parts.some((part) => part > 255)) return true;
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  );
}

const isLocal6 = (address: string) =>
  /^(?:f[cd]|fe[89ab]|::1$|0*:0*:0*)/i.test(address) || /^\d\d(?::\d\d){2}$/.test(address);

/** Nothing is hidden. */
export const openNames: Pseudonyms = {
  hide: (text) => text,
  restore: (text) => text,
  counts: { hidden: 0, forgotten: 0 },
};

/** Pseudonyms that are the same as long as the salt is. */
export function createPseudonyms(options: { readonly salt: string }): Pseudonyms {
  const salt = createHash("sha256").update(`pseudonyms ${options.salt}`).digest();
  const hash = createSipHash([salt.readInt32LE(0), salt.readInt32LE(4), salt.readInt32LE(8), salt.readInt32LE(12)]);
  const originals = new Map<string, string>();
  /** The same names come again and again; an empty text says that somebody is nobody. */
  const known = new Map<string, string>();
  const counts = { hidden: 0, forgotten: 0 };

  const newName = (kind: PersonalKind, original: string) => {
    if (kind === "name" && nobody.test(original)) return "";
    const name = `<${kind}-${hash(original, 0, original.length)}>`;
    // A slice keeps the whole text alive; what is remembered must stand alone.
    originals.set(name, Buffer.from(original).toString());
    if (originals.size > maxRemembered) {
      const oldest = originals.keys().next().value;
      if (oldest !== undefined) originals.delete(oldest);
      counts.forgotten++;
    }
    return name;
  };
  const nameOf = (kind: PersonalKind, original: string) => {
    const before = known.get(original);
    if (before !== undefined && (before === "" || originals.has(before))) {
      if (before !== "") counts.hidden++;
      return before === "" ? original : before;
    }
    const name = newName(kind, original);
    if (known.size >= maxRemembered) known.clear();
    known.set(original, name);
    if (name !== "") counts.hidden++;
    return name === "" ? original : name;
  };

  return {
    hide(text) {
      let out = text;
      // Cheap tests first: most texts hold nothing of the kind.
      if (out.includes("@")) out = out.replace(email, (found) => nameOf("email", found));
      if (out.includes("+")) out = out.replace(phone, (found) => nameOf("phone", found));
      out = out.replace(ipv4, (found) => (isPrivate(found) ? found : nameOf("address", found)));
      if (out.includes(":")) {
        out = out.replace(ipv6, (found) => (isLocal6(found) ? found : nameOf("address", found)));
      }
      return out.replace(
        named,
        (_whole, before: string, quote: string | undefined, name: string) =>
          `${before}${quote ?? ""}${nameOf("name", name)}`,
      );
    },
    restore: (text) => (text.includes("<") ? text.replace(placeholder, (name) => originals.get(name) ?? name) : text),
    counts,
  };
}
