import type { BarData } from "../../bot/charts/chart-data.ts";
import type { Mailer } from "../../bot/email/mail.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { Signer } from "../../bot/web/signer.ts";
import type { Config } from "../../config/config.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import type { Jobs } from "../../store/jobs.ts";

export interface MailDeps {
  readonly settings: Config["email"] & { readonly from: string };
  /** Under which the pages are reached; without one mails carry no links. */
  readonly webUrl: string | undefined;
  readonly cluster: string;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly mailer: Mailer;
  readonly signer: Signer;
  readonly redact: Redact;
  readonly drawIncident: (view: IncidentView) => Promise<Buffer | undefined>;
  readonly drawBars: (bars: BarData) => Promise<Buffer>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Real time between looks (ms). */
  readonly lookEveryMs?: number;
  /** How long an incident's mail that could not be sent rests the first time (real ms). */
  readonly restMs?: number;
}
