import { z } from "zod";
import type { DigestPort } from "../../bot/desk.ts";
import { digestChart, digestMail } from "../../bot/email/digest-mail.ts";
import { type DigestPeriod, periodMs } from "../../incident/report/digest.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { queues } from "../queues.ts";
import { digestOf } from "./digest-of.ts";
import type { SendToAll } from "./mail-copies.ts";
import type { MailDeps } from "./mail-deps.ts";
import { linkTo, orNothing } from "./mail-parts.ts";

const digestJob = z.object({
  cluster: z.string().min(1),
  period: z.enum(["daily", "weekly"]),
  /** The day that it is of, and until when it is tried again (ms): of one that could not be sent. */
  day: z.string().max(20).optional(),
  until: z.number().optional(),
});

/** A digest that could not be sent comes again after this, for so long; the queue itself gives up after some minutes. */
const againSeconds = 600;
const tryMs = 6 * 3_600_000;

/** Sends digests by the clock of the readers' time zone, and whenever somebody asks for one. */
export async function digestMails(
  deps: MailDeps,
  { installation, sendToAll }: { readonly installation: string; readonly sendToAll: SendToAll },
): Promise<DigestPort> {
  const { settings, webUrl, cluster, jobs, drawBars, clock, log } = deps;
  const { from, timeZone } = settings;
  const link = linkTo(webUrl);

  const send = async (of: string, period: DigestPeriod, key: string): Promise<number> => {
    const digest = await digestOf({ ...deps, cluster: of }, period, clock.now());
    const bars = digestChart(digest, timeZone);
    const chart = bars && (await orNothing(drawBars(bars), log));
    const options = { timeZone, from, key: `${installation}/${key}`, link, chart };
    return await sendToAll((unsubscribeUrl) => digestMail(digest, { ...options, unsubscribeUrl }), key);
  };

  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  await jobs.work(queues.digest, async (data) => {
    const job = digestJob.parse(data);
    const { cluster: of, period, day = dayOf.format(clock.now()), until = clock.now() + tryMs } = job;
    const key = `digest/${of}/${period}/${day}`;
    try {
      const readers = await send(of, period, key);
      log.info({ ...job, readers }, "mail.digest-sent");
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable || clock.now() >= until) throw error;
      log.warn({ ...job, error: messageOf(error), retryMs: againSeconds * 1_000 }, "mail.digest-not-sent");
      await jobs.send(queues.digest, { cluster: of, period, day, until }, { key, afterSeconds: againSeconds });
    }
  });
  for (const period of Object.keys(periodMs) as DigestPeriod[]) {
    const cron = settings.digest[period];
    const when = cron === "off" ? undefined : cron;
    await jobs.schedule(queues.digest, `${cluster}/${period}`, when, { cluster, period }, timeZone);
  }

  return {
    async now(by) {
      const key = `digest/${cluster}/now/${clock.now()}`;
      const readers = await send(cluster, "daily", key).catch((error: unknown) => {
        log.warn({ by: by.id, error: messageOf(error) }, "mail.digest-not-sent");
        return undefined;
      });
      if (readers === undefined)
        return { ok: false, text: "The mail server did not take the digest; kubemend's log says why." };
      return {
        ok: true,
        text: `The digest of the last 24 hours is on its way to ${readers} ${readers === 1 ? "address" : "addresses"}.`,
      };
    },
  };
}
