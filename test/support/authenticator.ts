import { Secret, TOTP } from "otpauth";

/** The six digits that the authenticator on somebody's telephone shows at a moment (ms). */
export function codeAt(secret: string, at: number): string {
  return new TOTP({ algorithm: "SHA1", digits: 6, period: 30, secret: Secret.fromBase32(secret) }).generate({
    timestamp: at,
  });
}
