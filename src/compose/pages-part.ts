import { experimentRows } from "../app/chaos/chaos-desk.ts";
import { previewDigest } from "../app/mail/preview-digest.ts";
import { dropCounts } from "../app/metrics/drop-counts.ts";
import { startPages } from "../app/pages/start-pages.ts";
import type { Desk } from "../bot/desk.ts";
import { createIdentify } from "../bot/slack/identity.ts";
import type { PagesOptions } from "../bot/web/page-kit.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

/** What people see in a browser, for the web server. */
export async function startPagesPart(
  foundation: Foundation,
  { slack }: Outside,
  { engine, observation, sources, watching }: DetectionPart,
  desk: Desk,
): Promise<PagesOptions> {
  const { config, database, redact, clock, running } = foundation;
  const { cluster, email, web, chaos } = config;
  const pages = await startPages({
    ...foundation,
    desk,
    watching,
    observation,
    topology: () => engine.topology(),
    incidents: () => engine.incidents(),
    drops: () => dropCounts(engine, observation, sources),
    slack: slack && { identify: createIdentify(slack.web, Date.now), userByEmail: slack.userByEmail },
    experiments: experimentRows({ database, cluster, people: chaos.people }),
    digest: () => previewDigest({ database, cluster, redact, webUrl: web.url, timeZone: email.timeZone }, clock.now()),
  });
  running.keep(pages.run(running.signal));
  return pages.options;
}
