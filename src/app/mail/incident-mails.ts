import { incidentMail } from "../../bot/email/incident-mail.ts";
import { messageOf } from "../../lib/app-error.ts";
import { whileAlone } from "../../store/leases.ts";
import { dueMails, markMailed } from "../../store/people/mail.ts";
import { buildView } from "../view/build-view.ts";
import { redactTitles } from "../view/redact-titles.ts";
import type { SendToAll } from "./mail-copies.ts";
import type { MailDeps } from "./mail-deps.ts";
import { linkTo, orNothing } from "./mail-parts.ts";

/** An incident waits this long for its diagnosis (ms). */
const graceMs = 60_000;
const mostMails = 20;

/** Tells incidents whose mail is due, by one process at a time. `installation` names this one among others, for conversations. */
export function incidentMails(
  deps: MailDeps,
  { installation, sendToAll }: { readonly installation: string; readonly sendToAll: SendToAll },
): () => Promise<void> {
  const { settings, webUrl, cluster, database, redact, drawIncident, clock, log } = deps;
  const { from, timeZone } = settings;
  const link = linkTo(webUrl);

  const tell = async ({ incidentId, what }: { incidentId: string; what: "opened" | "resolved" }) => {
    const built = await buildView(database, incidentId);
    if (!built) return;
    const view = redactTitles(built, redact);
    const chart = await orNothing(drawIncident(view), log);
    const links = link ? [{ text: "Look, and decide", href: link(incidentId) }] : [];
    const title = redact(built.incident.title);
    const options = { what, title, timeZone, from, installation, links, chart };
    const mailFor = (unsubscribeUrl: string | undefined) => incidentMail(view, { ...options, unsubscribeUrl });
    const opened = `incident/${incidentId}/opened`;
    const key = `incident/${incidentId}/${what}`;
    await sendToAll(mailFor, key, what === "opened" ? undefined : opened);
    await markMailed(database, key);
  };

  return async () => {
    await whileAlone(database, `mail:${cluster}`, async (lease) => {
      const query = { cluster, severities: settings.severities, now: clock.now(), graceMs, limit: mostMails };
      for (const due of await dueMails(database, query)) {
        if (!lease.held()) return;
        // One that cannot be sent now does not hold up the others; it is due again at the next look.
        await tell(due).catch((error: unknown) =>
          log.warn({ incident: due.incidentId, error: messageOf(error) }, "mail.incident-not-told"),
        );
      }
    });
  };
}
