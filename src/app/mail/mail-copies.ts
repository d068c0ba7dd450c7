import type { Mail } from "../../bot/email/mail.ts";
import { unsubscribeUrl } from "../../bot/web/unsubscribe-routes.ts";
import { messageOf } from "../../lib/app-error.ts";
import { markMailed, wantsMail, wasMailed } from "../../store/people/mail.ts";
import type { MailDeps } from "./mail-deps.ts";

/** Sends a mail to all readers. @returns how many there are @throws the first failure, when all others have been tried */
export type SendToAll = (mail: Mail, key: string) => Promise<number>;

/** One copy a reader; who has it already is left out, so that a job that comes again sends what is missing. */
export function mailCopies(
  deps: Pick<MailDeps, "settings" | "database" | "mailer" | "seal" | "webUrl" | "log">,
): SendToAll {
  const { settings, database, mailer, seal, webUrl, log } = deps;
  return async (mail, key) => {
    const readers = await wantsMail(database, settings.to);
    const failed: unknown[] = [];
    for (const to of readers) {
      const copy = `${key}/to/${to}`;
      if (await wasMailed(database, copy)) continue;
      const url = webUrl === undefined ? undefined : unsubscribeUrl(seal, webUrl, to);
      await mailer.send(mail, { to, ...(url ? { unsubscribeUrl: url } : {}) }).then(
        () => markMailed(database, copy),
        (error: unknown) => {
          log.warn({ error: messageOf(error) }, "mail.not-sent");
          failed.push(error);
        },
      );
    }
    if (failed.length > 0) throw failed[0];
    return readers.length;
  };
}
