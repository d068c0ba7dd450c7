import { messageOf } from "../../lib/app-error.ts";
import type { Logger } from "../../lib/logger.ts";

/** Where an incident's page is; undefined where pages have no address. */
export const linkTo = (webUrl: string | undefined) =>
  webUrl === undefined ? undefined : (incidentId: string) => new URL(`/incidents/${incidentId}`, webUrl).href;

/** A picture is worth having, not worth waiting or failing for. */
export async function orNothing<T>(drawn: Promise<T>, log: Logger): Promise<T | undefined> {
  return await drawn.catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, "mail.no-chart");
    return undefined;
  });
}
