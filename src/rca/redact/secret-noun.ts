import { createWordGate } from "./word-gate.ts";

/** `digest`: only long ones, drawn at random, are looked for. `account`: a name may stand before the password. `codes`: a list. */
export type Noun = "password" | "token" | "code" | "codes" | "digest" | "account";

const keysOf =
  /(?:api|access|licen[cs]e|secret|private|encryption|signing|auth|master|unseal|shared|account|storage|activation|product|recovery|hmac|aes|session|wrapping|cipher|jwt|symmetric)[ _-]$/i;
/** What is signed or encrypted `with key …`: only one that is long and drawn at random. */
const keyUsed = /(?:sign|crypt|cipher|hmac|mac)\w{0,4} (?:\w{1,12} )?(?:with|using|by)(?: the)? $/i;
const codesOf =
  /(?:verification|one-?time|otp|security|login|auth(?:entication)?|confirmation|recovery|2fa|mfa)[ _-]$/i;
/** Looks at the text around the word: `key` alone is none, `api key` is. */
type Told = (text: string, from: number, to: number) => Noun | undefined;

/** Behind one of these words, at most `reach` characters before. */
const behind =
  (words: RegExp, reach: number, noun: Noun): Told =>
  (text, from) =>
    words.test(text.slice(Math.max(0, from - reach), from)) ? noun : undefined;

const ofKey: Told = (text, from) => {
  const before = text.slice(Math.max(0, from - 20), from);
  return keysOf.test(before) ? "token" : keyUsed.test(before) ? "digest" : undefined;
};

const ofSession: Told = (text, _from, to) => (/^ id\b/i.test(text.slice(to, to + 4)) ? "digest" : undefined);

const nouns: ReadonlyMap<string, Noun | Told> = new Map<string, Noun | Told>([
  ["password", "password"],
  ["passwords", "password"],
  ["passwd", "password"],
  ["pwd", "password"],
  ["passphrase", "password"],
  ["passcode", "password"],
  ["passwort", "password"],
  ["kennwort", "password"],
  ["pw", "password"],
  ["passe", behind(/mot de $/i, 7, "password")],
  ["token", "token"],
  ["secret", "token"],
  ["credential", "account"],
  ["credentials", "account"],
  ["key", ofKey],
  ["otp", "code"],
  ["pin", "code"],
  ["code", behind(codesOf, 16, "code")],
  ["codes", behind(/(?:recovery|backup)[ _-]$/i, 10, "codes")],
  ["signature", "digest"],
  ["hmac", "digest"],
  ["session", ofSession],
  ["seed", behind(/(?:totp|otp|2fa|mfa|secret)[ _-]$/i, 8, "digest")],
]);
const mayBeNoun = createWordGate(nouns.keys());

/** Whether the word speaks of a secret: `password`; `key` behind `api`; `code` behind `verification`. */
export function nounAt(text: string, from: number, to: number): Noun | undefined {
  if (!mayBeNoun(text, from, to)) return undefined;
  const noun = nouns.get(text.slice(from, to).toLowerCase());
  return typeof noun === "function" ? noun(text, from, to) : noun;
}

/** Kubernetes calls objects so, whose names stand beside the word and below it. */
export const isSecretObject = (text: string, from: number, to: number) =>
  to - from === 6 && (text.charCodeAt(from) | 32) === 115;
