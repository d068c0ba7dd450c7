import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Signs what leaves and comes back. Each purpose has its own signatures: one cannot be used as another. */
export interface Signer {
  sign(purpose: string, text: string): string;
  matches(purpose: string, text: string, signature: string): boolean;
  /** A fresh secret with its signature: `<random>.<signature>`. */
  issue(purpose: string): string;
  /** The digest under which an issued secret is kept; undefined for what we never issued. */
  digestOf(purpose: string, secret: string): string | undefined;
}

/**
 * HMAC-SHA-256 (RFC 2104), compared in constant time. Whoever has the key can sign anything: it is one for all
 * replicas.
 */
export function createSigner(key: string): Signer {
  const sign = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\n${text}`).digest("base64url");
  const matches = (purpose: string, text: string, signature: string) => {
    const [wanted, given] = [Buffer.from(sign(purpose, text)), Buffer.from(signature)];
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  };
  return {
    sign,
    matches,
    issue(purpose) {
      const random = randomBytes(32).toString("base64url");
      return `${random}.${sign(purpose, random)}`;
    },
    digestOf(purpose, secret) {
      const [random = "", signature = "", more] = secret.split(".");
      if (secret.length > 200 || more !== undefined || !matches(purpose, random, signature)) return undefined;
      return createHash("sha256").update(random).digest("hex");
    },
  };
}
