import { type Mail, replySubject } from "../../bot/email/mail.ts";
import { unsubscribeUrl } from "../../bot/web/unsubscribe-routes.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { mailedSubject, markMailed, wantsMail, wasMailed } from "../../store/people/mail.ts";
import type { MailDeps } from "./mail-deps.ts";

/**
 * Sends a mail to all readers, each a copy with a way out of its own. `answers`: the key of the mail that it goes on from, whose subject each reader sees again.
 * @returns how many there are @throws when all have been tried: a failure that may pass, else one that is for good
 */
export type SendToAll = (
  mailFor: (unsubscribeUrl: string | undefined) => Mail,
  key: string,
  answers?: string,
) => Promise<number>;

/**
 * One copy a reader; who has it already is left out, so that a job that comes again sends what is missing. What a server refuses for
 * good is not sent to that reader again: servers shut out who goes on.
 */
export function mailCopies(
  deps: Pick<MailDeps, "settings" | "database" | "mailer" | "signer" | "webUrl" | "log">,
): SendToAll {
  const { settings, database, mailer, signer, webUrl, log } = deps;
  return async (mailFor, key, answers) => {
    const readers = await wantsMail(database, settings.to);
    const failed: unknown[] = [];
    for (const to of readers) {
      const copy = `${key}/to/${to}`;
      if (await wasMailed(database, copy)) continue;
      const url = webUrl === undefined ? undefined : unsubscribeUrl(signer, webUrl, to);
      const first = answers === undefined ? undefined : await mailedSubject(database, `${answers}/to/${to}`);
      const mail = mailFor(url);
      const own = first === undefined ? mail : { ...mail, subject: replySubject(first) };
      await mailer.send(own, { to, ...(url ? { unsubscribeUrl: url } : {}) }).then(
        () => markMailed(database, copy, own.subject),
        async (error: unknown) => {
          if (!(error instanceof AppError) || error.code !== "mail-refused") {
            // What may be taken later is what the caller has to know of.
            failed.unshift(error);
            return log.warn({ error: messageOf(error) }, "mail.not-sent");
          }
          failed.push(error);
          log.error({ error: messageOf(error), remedy: error.remedy }, "mail.refused");
          await markMailed(database, copy);
        },
      );
    }
    if (failed.length > 0) throw failed[0];
    return readers.length;
  };
}
