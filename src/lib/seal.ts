import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ivBytes = 12;
const tagBytes = 16;
const sealKeyBytes = 32;

/** The key that a base64 text holds; undefined when it is not one of exactly 32 bytes. */
export function sealKeyOf(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(text.trim())) return undefined;
  const key = Buffer.from(text.trim(), "base64");
  return key.length === sealKeyBytes ? key : undefined;
}

/** Encrypts with AES-256-GCM (NIST SP 800-38D). `owner` is bound in: moved to another owner, the text does not open. */
export function seal(text: string, owner: string, key: Buffer): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(owner, "utf8"));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

/** Undefined when the key or the owner is another one, or the text was changed. */
export function unseal(sealed: string, owner: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(owner, "utf8"));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, "utf8") + decipher.final("utf8");
  } catch {
    // The only thing that can fail here is the check of the tag.
    return undefined;
  }
}
