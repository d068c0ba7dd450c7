import { openMail } from "../app/mail/open-mail.ts";
import type { MailDesk } from "../app/mail/start-mail.ts";
import type { Observation } from "../cluster/observation.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

/** Mails of incidents and digests; undefined where no mail is configured. */
export async function startMailPart(
  foundation: Foundation,
  { mailer }: Outside,
  observation: Observation,
): Promise<MailDesk | undefined> {
  const { running } = foundation;
  const mail = await openMail({ ...foundation, mailer, observation });
  if (!mail) return undefined;
  running.use(mail);
  running.keep(mail.run(running.signal));
  return mail;
}
