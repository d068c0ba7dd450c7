import { createTransport } from "nodemailer";
import type { Mailer } from "../../bot/email/mail.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";

export interface SmtpSettings {
  /** `smtp://user:password@host:587` (STARTTLS is required) or `smtps://…:465`. `?tls=off` for a server on this machine or in tests. */
  readonly url: string;
  readonly from: string;
}

const timeoutMs = 20_000;

/**
 * Reads the address of a mail server. TLS is not optional unless the address says so: passwords and incidents do not travel
 * in the open because a server forgot to offer it.
 * @throws AppError on an address that is none
 */
export function smtpOptions(address: string) {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new AppError("smtp-url", "email.smtpUrl is not an address.", {
      remedy: "Write smtp://user:password@host:587.",
    });
  }
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:")
    throw new AppError("smtp-url", `email.smtpUrl begins with ${url.protocol}//`, {
      remedy: "Write smtp://user:password@host:587, or smtps:// for port 465.",
    });
  const secure = url.protocol === "smtps:";
  const open = url.searchParams.get("tls") === "off";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !open,
    ignoreTLS: open,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
  };
}

/**
 * Whether this reader, or this mail, will be refused the next time as well (RFC 5321, 4.2.1). A 5xx to a login or to the sender says
 * that a setting is wrong, which somebody may put right.
 */
function isRefusal(error: unknown): boolean {
  const { responseCode = 0, command = "" } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && (command === "RCPT TO" || command === "DATA");
}

/** Sends mails by SMTP, a few connections at most. */
export function createSmtpMailer({ url, from }: SmtpSettings): Mailer {
  const transport = createTransport({
    ...smtpOptions(url),
    pool: true,
    maxConnections: 2,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Pictures come as bytes; nothing in a mail may make this process read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail, { to, unsubscribeUrl }) {
      try {
        await transport.sendMail({
          from,
          to,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo, references: [mail.inReplyTo] } : {}),
          headers: {
            // RFC 3834: nobody's holiday answer is wanted.
            "Auto-Submitted": "auto-generated",
            ...(unsubscribeUrl
              ? {
                  "List-Unsubscribe": { prepared: true, value: `<${unsubscribeUrl}>` },
                  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                }
              : {}),
          },
          attachments: mail.pictures.map(({ cid, name, png }) => ({
            cid,
            filename: name,
            content: png,
            contentType: "image/png",
            contentDisposition: "inline" as const,
          })),
        });
      } catch (error) {
        const forGood = isRefusal(error);
        throw new AppError(
          forGood ? "mail-refused" : "mail-not-sent",
          `The mail server did not take a mail: ${messageOf(error)}`,
          {
            cause: error,
            retryable: !forGood,
            ...(forGood
              ? {
                  remedy:
                    "This mail is not sent again. Take an address that does not exist any more out of email.to; where the server names a policy, let it take mails from email.from.",
                }
              : {}),
          },
        );
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}
