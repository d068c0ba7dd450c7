import { z } from "zod";
import type { DigestPort } from "../../bot/desk.ts";
import { digestChart, digestMail } from "../../bot/email/digest-mail.ts";
import { type DigestPeriod, periodMs } from "../../incident/report/digest.ts";
import { messageOf } from "../../lib/app-error.ts";
import { queues } from "../queues.ts";
import { digestOf } from "./digest-of.ts";
import type { SendToAll } from "./mail-copies.ts";
import type { MailDeps } from "./mail-deps.ts";
import { linkTo, orNothing } from "./mail-parts.ts";

const digestJob = z.object({ cluster: z.string().min(1), period: z.enum(["daily", "weekly"]) });

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
    const key = `digest/${job.cluster}/${job.period}/${dayOf.format(clock.now())}`;
    const readers = await send(job.cluster, job.period, key);
    log.info({ ...job, readers }, "mail.digest-sent");
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
