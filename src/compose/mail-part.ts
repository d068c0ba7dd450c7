import { openMail } from "../app/mail/open-mail.ts";
import type { MailDesk } from "../app/mail/start-mail.ts";
import { countMails } from "../app/metrics/mail-metrics.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

/** Mails of incidents and digests; undefined where no mail is configured. */
export async function startMailPart(
  foundation: Foundation,
  { mailer }: Outside,
  { observation, registry }: DetectionPart,
): Promise<MailDesk | undefined> {
  const { running } = foundation;
  const counted = mailer && countMails(mailer, registry);
  const mail = await openMail({ ...foundation, mailer: counted, observation });
  if (!mail) return undefined;
  running.use(mail);
  running.keep(mail.run(running.signal));
  return mail;
}
