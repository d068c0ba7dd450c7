import { createChartPainter } from "../../bot/charts/chart-painter.ts";
import type { Mailer } from "../../bot/email/mail.ts";
import { createSigner } from "../../bot/web/signer.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import type { Jobs } from "../../store/jobs.ts";
import { webKey } from "../../store/people/web-sign-in.ts";
import { chartOf } from "../view/chart-of.ts";
import { unitOf } from "../view/unit-of.ts";
import { type MailDesk, startMail } from "./start-mail.ts";

export interface OpenMailDeps {
  readonly config: Config;
  /** Absent as long as no mail server is configured. */
  readonly mailer: Mailer | undefined;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly observation: Observation;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Mail, where it is configured: a server, a sender, and somebody to send to. */
export async function openMail(deps: OpenMailDeps): Promise<(MailDesk & AsyncDisposable) | undefined> {
  const { config, mailer, database, observation, clock } = deps;
  const { from, to } = config.email;
  if (!mailer || from === undefined || to.length === 0) return undefined;
  const painter = createChartPainter();
  const desk = await startMail({
    ...deps,
    settings: { ...config.email, from },
    webUrl: config.web.url,
    cluster: config.cluster,
    mailer,
    signer: createSigner(config.web.sessionKey ?? (await webKey(database))),
    drawBars: (bars) => painter.draw(bars),
    drawIncident: async (view) => {
      const data = chartOf(view, observation, { now: clock.now(), units: unitOf });
      return data && (await painter.draw(data));
    },
  });
  return {
    ...desk,
    async [Symbol.asyncDispose]() {
      await painter.close();
      await mailer[Symbol.asyncDispose]();
    },
  };
}
