const passwords = new Set([
  "password",
  "passwords",
  "passwd",
  "pwd",
  "passphrase",
  "passcode",
  "passwort",
  "kennwort",
  "pw",
]);
const others = new Set(["token", "secret", "credential", "credentials"]);
const keysOf =
  /(?:api|access|licen[cs]e|secret|private|encryption|signing|auth|master|unseal|shared|account|storage|activation|product|recovery|hmac|aes|session|wrapping|cipher|jwt|symmetric)[ _-]$/i;
/** What is signed or encrypted `with key …`: only one that is long and drawn at random. */
const keyUsed = /(?:sign|crypt|cipher|hmac|mac)\w{0,4} (?:\w{1,12} )?(?:with|using|by)(?: the)? $/i;
const codesOf =
  /(?:verification|one-?time|otp|security|login|auth(?:entication)?|confirmation|recovery|2fa|mfa)[ _-]$/i;
/** `digest`: only long ones, drawn at random, are looked for. `account`: a name may stand before the password. `codes`: a list. */
export type Noun = "password" | "token" | "code" | "codes" | "digest" | "account";

const keyKind = (before: string): Noun | undefined =>
  keysOf.test(before) ? "token" : keyUsed.test(before) ? "digest" : undefined;

/** Whether the word speaks of a secret: `password`; `key` behind `api`; `code` behind `verification`. */
export function nounAt(text: string, from: number, to: number): Noun | undefined {
  const length = to - from;
  if (length < 2 || length > 12) return undefined;
  const first = text.charCodeAt(from) | 32;
  const second = text.charCodeAt(from + 1) | 32;
  // pa, pi, pw, to, ot, se, si, cr, co, ke, hm
  const may =
    first === 112
      ? second === 97 || second === 119 || (second === 105 && length === 3)
      : first === 116
        ? second === 111 && length > 4
        : first === 115
          ? second === 101 || (second === 105 && length === 9)
          : first === 99
            ? second === 114 || (second === 111 && (length === 4 || length === 5))
            : first === 107
              ? (second === 101 && length === 3) || (second === 101 && length === 8)
              : (first === 111 && second === 116 && length === 3) || (first === 104 && second === 109 && length === 4);
  if (!may) return undefined;
  const word = text.slice(from, to).toLowerCase();
  if (passwords.has(word)) return "password";
  if (others.has(word)) return first === 99 ? "account" : "token";
  if (word === "key") return keyKind(text.slice(Math.max(0, from - 20), from));
  if (word === "signature" || word === "hmac") return "digest";
  if (word === "session") return /^ id\b/i.test(text.slice(to, to + 4)) ? "digest" : undefined;
  if (word === "seed")
    return /(?:totp|otp|2fa|mfa|secret)[ _-]$/i.test(text.slice(Math.max(0, from - 8), from)) ? "digest" : undefined;
  if (word === "otp" || word === "pin") return "code";
  if (word === "passe") return /mot de $/i.test(text.slice(Math.max(0, from - 7), from)) ? "password" : undefined;
  if (word === "codes")
    return /(?:recovery|backup)[ _-]$/i.test(text.slice(Math.max(0, from - 10), from)) ? "codes" : undefined;
  if (word === "code") return codesOf.test(text.slice(Math.max(0, from - 16), from)) ? "code" : undefined;
  return undefined;
}

/** Kubernetes calls objects so, whose names stand beside the word and below it. */
export const isSecretObject = (text: string, from: number, to: number) =>
  to - from === 6 && /^s/i.test(text.charAt(from));
