import { z } from "zod";
import type { BarData } from "../../bot/charts/chart-data.ts";
import type { DigestPort } from "../../bot/desk.ts";
import { digestChart, digestMail } from "../../bot/email/digest-mail.ts";
import { digestText } from "../../bot/email/digest-text.ts";
import { incidentMail } from "../../bot/email/incident-mail.ts";
import type { Mail, Mailer } from "../../bot/email/mail.ts";
import { clockOf, digestSubject } from "../../bot/email/mail-words.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { DigestPreview } from "../../bot/web/pages-port.ts";
import type { Seal } from "../../bot/web/seal.ts";
import { unsubscribeUrl } from "../../bot/web/unsubscribe-routes.ts";
import type { Config } from "../../config/config.ts";
import { type DigestPeriod, periodMs } from "../../incident/digest.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { installationSecret } from "../../store/installation.ts";
import type { Jobs } from "../../store/jobs.ts";
import { whileAlone } from "../../store/leases.ts";
import { dueMails, markMailed, wantsMail, wasMailed } from "../../store/people/mail.ts";
import { queues } from "../queues.ts";
import { buildView } from "../view/build-view.ts";
import { digestOf } from "./digest-of.ts";

export interface MailDeps {
  readonly settings: Config["email"] & { readonly from: string };
  /** Under which the pages are reached; without one mails carry no links. */
  readonly webUrl: string | undefined;
  readonly cluster: string;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly mailer: Mailer;
  readonly seal: Seal;
  readonly redact: Redact;
  readonly drawIncident: (view: IncidentView) => Promise<Buffer | undefined>;
  readonly drawBars: (bars: BarData) => Promise<Buffer>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Real time between looks (ms). */
  readonly lookEveryMs?: number;
}

export interface MailDesk {
  readonly digest: DigestPort;
  /** Tells incidents at once, until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** An incident waits this long for its diagnosis (ms). */
const graceMs = 60_000;
const mostMails = 20;

const digestJob = z.object({ cluster: z.string().min(1), period: z.enum(["daily", "weekly"]) });

const linkTo = (webUrl: string | undefined) =>
  webUrl === undefined ? undefined : (incidentId: string) => new URL(`/incidents/${incidentId}`, webUrl).href;

/** A picture is worth having, not worth waiting or failing for. */
async function orNothing<T>(drawn: Promise<T>, log: Logger): Promise<T | undefined> {
  return await drawn.catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, "mail.no-chart");
    return undefined;
  });
}

/** What the next digest would say, for the page. */
export async function previewDigest(
  deps: Pick<MailDeps, "database" | "cluster" | "redact" | "webUrl"> & { readonly timeZone: string },
  now: number,
): Promise<DigestPreview> {
  const digest = await digestOf(deps, "daily", now);
  const text = digestText(digest, clockOf(deps.timeZone), linkTo(deps.webUrl));
  // Everything that a digest quotes was redacted when it was put together.
  return { subject: digestSubject(digest), text: text as Redacted };
}

/** Mail: incidents at once, digests by the clock of the readers' time zone. Each reader gets each mail once. */
export async function startMail(deps: MailDeps): Promise<MailDesk> {
  const { settings, webUrl, cluster, database, jobs, mailer, seal, log, clock, lookEveryMs = 10_000 } = deps;
  const { from, timeZone } = settings;
  const installation = await installationSecret(database, "mail");
  const link = linkTo(webUrl);

  /** One copy a reader; who has it already is left out, so that a job that comes again sends what is missing. */
  const sendToAll = async (mail: Mail, key: string): Promise<number> => {
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

  const sendDigest = async (of: string, period: DigestPeriod, key: string): Promise<number> => {
    const digest = await digestOf({ ...deps, cluster: of }, period, clock.now());
    const bars = digestChart(digest, timeZone);
    const chart = bars && (await orNothing(deps.drawBars(bars), log));
    return await sendToAll(digestMail(digest, { timeZone, from, key: `${installation}/${key}`, link, chart }), key);
  };

  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  await jobs.work(queues.digest, async (data) => {
    const job = digestJob.parse(data);
    const readers = await sendDigest(
      job.cluster,
      job.period,
      `digest/${job.cluster}/${job.period}/${dayOf.format(clock.now())}`,
    );
    log.info({ ...job, readers }, "mail.digest-sent");
  });
  for (const period of Object.keys(periodMs) as DigestPeriod[]) {
    const cron = settings.digest[period];
    await jobs.schedule(
      queues.digest,
      `${cluster}/${period}`,
      cron === "off" ? undefined : cron,
      { cluster, period },
      timeZone,
    );
  }

  const tellIncident = async ({ incidentId, what }: { incidentId: string; what: "opened" | "resolved" }) => {
    const view = await buildView(database, incidentId);
    if (!view) return;
    const chart = await orNothing(deps.drawIncident(view), log);
    const links = link ? [{ text: "Look, and decide", href: link(incidentId) }] : [];
    const title = deps.redact(view.incident.title);
    const mail = incidentMail(view, { what, title, timeZone, from, installation, links, chart });
    const key = `incident/${incidentId}/${what}`;
    await sendToAll(mail, key);
    await markMailed(database, key);
  };

  const look = async (): Promise<void> => {
    await whileAlone(database, `mail:${cluster}`, async (lease) => {
      const query = { cluster, severities: settings.severities, now: clock.now(), graceMs, limit: mostMails };
      for (const due of await dueMails(database, query)) {
        if (!lease.held()) return;
        // One that cannot be sent now does not hold up the others; it is due again at the next look.
        await tellIncident(due).catch((error: unknown) =>
          log.warn({ incident: due.incidentId, error: messageOf(error) }, "mail.incident-not-told"),
        );
      }
    });
  };

  return {
    digest: {
      async now(by) {
        const readers = await sendDigest(cluster, "daily", `digest/${cluster}/now/${clock.now()}`).catch(
          (error: unknown) => {
            log.warn({ by: by.id, error: messageOf(error) }, "mail.digest-not-sent");
            return undefined;
          },
        );
        if (readers === undefined)
          return { ok: false, text: "The mail server did not take the digest; kubemend's log says why." };
        return {
          ok: true,
          text: `The digest of the last 24 hours is on its way to ${readers} ${readers === 1 ? "address" : "addresses"}.`,
        };
      },
    },
    async run(signal) {
      while (!signal.aborted) {
        await look().catch((error: unknown) => log.warn({ error: messageOf(error) }, "mail.look-failed"));
        await rest(systemClock, lookEveryMs, signal);
      }
    },
  };
}
