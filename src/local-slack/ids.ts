import { randomBytes, randomInt } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A Slack-like id: the kind's letter and ten capitals or digits (Slack's own pattern for files is `^[F][A-Z0-9]{8,}$`). */
export function slackId(prefix: string): string {
  let id = prefix;
  for (let i = 0; i < 10; i += 1) id += alphabet[randomInt(alphabet.length)];
  return id;
}

/** A block_id or action_id for one that the app left out. */
export function shortId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}

/** An unguessable token, URL-safe, 32 characters. */
export function secretToken(): string {
  return randomBytes(24).toString("base64url");
}
