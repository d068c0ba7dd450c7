import type { DigestPort } from "../../bot/desk.ts";
import { messageOf } from "../../lib/app-error.ts";
import { rest, systemClock } from "../../lib/clock.ts";
import { installationSecret } from "../../store/installation.ts";
import { digestMails } from "./digest-mails.ts";
import { incidentMails } from "./incident-mails.ts";
import { mailCopies } from "./mail-copies.ts";
import type { MailDeps } from "./mail-deps.ts";

export interface MailDesk {
  readonly digest: DigestPort;
  /** Tells incidents at once, until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** Mail: incidents at once, digests by the clock. Each reader gets each mail once. */
export async function startMail(deps: MailDeps): Promise<MailDesk> {
  const { database, log, lookEveryMs = 10_000 } = deps;
  const sending = { installation: await installationSecret(database, "mail"), sendToAll: mailCopies(deps) };
  const tellIncidents = incidentMails(deps, sending);
  return {
    digest: await digestMails(deps, sending),
    async run(signal) {
      while (!signal.aborted) {
        await tellIncidents().catch((error: unknown) => log.warn({ error: messageOf(error) }, "mail.look-failed"));
        await rest(systemClock, lookEveryMs, signal);
      }
    },
  };
}
