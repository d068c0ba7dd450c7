import { Counter, type Registry } from "prom-client";
import type { Mailer } from "../../bot/email/mail.ts";
import { AppError } from "../../lib/app-error.ts";

/** Mail with every copy counted: `sent`, `later` where it is tried again, `refused` where the server will never take it. */
export function countMails(mailer: Mailer, registry: Registry): Mailer {
  const mails = new Counter({
    name: "kubemend_mails_total",
    help: "Mails by what became of them, one a reader and attempt",
    labelNames: ["outcome"] as const,
    registers: [registry],
  });
  return {
    async send(mail, envelope) {
      try {
        await mailer.send(mail, envelope);
        mails.inc({ outcome: "sent" });
      } catch (error) {
        mails.inc({ outcome: error instanceof AppError && error.code === "mail-refused" ? "refused" : "later" });
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => mailer[Symbol.asyncDispose](),
  };
}
