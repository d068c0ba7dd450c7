import { createHash } from "node:crypto";
import { withoutHidden } from "../../lib/visible-text.ts";

/** A mail before it has a reader. `text` and `html` say the same. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Pictures that the HTML names as `cid:<cid>`. */
  readonly pictures: readonly { readonly cid: string; readonly name: string; readonly png: Buffer }[];
  /** Equal for the same mail said twice, so that a mailbox shows it once. RFC 5322, 3.6.4. */
  readonly messageId: string;
  /** The message that this one goes on from; clients show both as one conversation. */
  readonly inReplyTo?: string;
}

/** A Message-ID that is the same for the same `key` and says nothing about it. `from` is the sender's address. */
export function messageIdOf(key: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "kubemend.invalid";
  return `<${createHash("sha256").update(key).digest("hex").slice(0, 32)}.kubemend@${domain}>`;
}

/**
 * One line, without what would start another header, be no character, or be read as an encoded word (RFC 2047): a title of plain
 * ASCII travels as it is, and `=?utf-8?B?…?=` in it would be shown as whatever its author has put there.
 */
export function subjectText(text: string, limit = 160): string {
  const words = withoutHidden(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " "));
  const line = words.replaceAll("=?", "= ?").trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…`.toWellFormed() : line;
}

/** Clients put mails together by their references and by a subject that is the same but for "Re:": nothing of it is cut off. */
export const replySubject = (subject: string) => `Re: ${subject}`;

/** The end of a mail as plain text; the frame of the templates says the same. `unsubscribeUrl` is the reader's own. */
export function footerLines(footer: string, unsubscribeUrl: string | undefined): readonly string[] {
  return ["-- ", footer, ...(unsubscribeUrl ? [`Unsubscribe: ${unsubscribeUrl}`] : []), ""];
}

/** One reader's copy of a mail. */
export interface Envelope {
  readonly to: string;
  /** RFC 8058: a mailbox's own button ends the mails with one POST there. Readers without such a button find it in the body. */
  readonly unsubscribeUrl?: string;
}

/** What brings mails on their way. */
export interface Mailer extends AsyncDisposable {
  /** @throws AppError: `mail-refused` where the server will not take it the next time either, else one that is retryable */
  send(mail: Mail, envelope: Envelope): Promise<void>;
}
