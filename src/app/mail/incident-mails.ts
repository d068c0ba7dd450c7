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
/** What could not be sent rests before it is tried again, each time twice as long (ms): servers lock out who knocks without end. */
const restMs = { first: 20_000, most: 600_000 } as const;

interface Resting {
  readonly until: number;
  readonly ms: number;
}

/** Tells incidents whose mail is due, by one process at a time. `installation` names this one among others, for conversations. */
export function incidentMails(
  deps: MailDeps,
  { installation, sendToAll }: { readonly installation: string; readonly sendToAll: SendToAll },
): () => Promise<void> {
  const { settings, webUrl, cluster, database, redact, drawIncident, clock, log } = deps;
  const { from, timeZone } = settings;
  const { restMs: first = restMs.first } = deps;
  const link = linkTo(webUrl);
  /** By real time, which is never set back. */
  let resting: ReadonlyMap<string, Resting> = new Map();

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
      const limit = mostMails + resting.size;
      const query = { cluster, severities: settings.severities, now: clock.now(), graceMs, limit };
      const still = new Map<string, Resting>();
      let tried = 0;
      for (const due of await dueMails(database, query)) {
        if (!lease.held()) return;
        const name = `${due.incidentId}/${due.what}`;
        const before = resting.get(name);
        if ((before && performance.now() < before.until) || tried >= mostMails) {
          if (before) still.set(name, before);
          continue;
        }
        tried++;
        // One that cannot be sent now does not hold up the others.
        await tell(due).catch((error: unknown) => {
          const ms = Math.min(restMs.most, before ? before.ms * 2 : first);
          still.set(name, { until: performance.now() + ms, ms });
          log.warn({ incident: due.incidentId, error: messageOf(error), retryMs: ms }, "mail.incident-not-told");
        });
      }
      resting = still;
    });
  };
}
