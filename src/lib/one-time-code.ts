import { Secret, TOTP } from "otpauth";

const periodSeconds = 30;
const digits = 6;
/** Clocks of telephones are off by a little: one code earlier and one later count as well. */
const window = 1;
/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
const secretBytes = 20;

const totp = (secret: string, issuer = "", label = "") =>
  new TOTP({ issuer, label, algorithm: "SHA1", digits, period: periodSeconds, secret: Secret.fromBase32(secret) });

/** A new secret in base32. */
export function newSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** What an authenticator application takes, as a link or a QR code. Holds the secret. */
export function enrolmentUri(secret: string, issuer: string, label: string): string {
  return totp(secret, issuer, label).toString();
}

/**
 * The number of the 30-second step whose code this is (RFC 6238), one step before and after `now` (ms) included; undefined
 * for any other code. Whoever keeps the last step that was used can refuse a code that comes twice.
 */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  const token = code.replaceAll(/[\s-]/g, "");
  if (!new RegExp(`^\\d{${digits}}$`).test(token)) return undefined;
  const delta = totp(secret).validate({ token, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / 1_000 / periodSeconds) + delta;
}
