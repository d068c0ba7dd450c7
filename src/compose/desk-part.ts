import { createChaosDesk } from "../app/chaos/chaos-desk.ts";
import { createDesk } from "../app/desk/desk.ts";
import { ownClusterDesk } from "../app/desk/own-cluster.ts";
import { createAsk } from "../app/diagnosis/ask.ts";
import type { MailDesk } from "../app/mail/start-mail.ts";
import { webPortOf } from "../app/pages/start-pages.ts";
import { createApprovers } from "../app/plans/approvers.ts";
import type { Desk } from "../bot/desk.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";
import type { ModelPart } from "./model-part.ts";
import type { Outside } from "./outside.ts";

export interface DeskParts {
  readonly outside: Outside;
  readonly detection: DetectionPart;
  readonly modelPart: ModelPart;
  readonly mail: MailDesk | undefined;
}

/** Where people's decisions arrive, whichever channel they come through. Decisions about other clusters are left to their own kubemend. */
export function createDeskPart(foundation: Foundation, parts: DeskParts): Desk {
  const { config, database, policy, redact } = foundation;
  const { cluster } = config;
  const { outside, detection, modelPart, mail } = parts;
  const chaos = createChaosDesk({ database, cluster, people: config.chaos.people });
  const everybodysDesk = createDesk({
    ...foundation,
    approvers: createApprovers({
      policy,
      database,
      secondFactorKey: config.secondFactor.key,
      clusterAccess: outside.clusterAccess,
      slack: outside.slack?.web,
    }),
    statusDecided: (incident) => detection.engine.replace(incident),
    cluster,
    watching: detection.watching,
    nextIncidentId: detection.nextIncidentId,
    web: webPortOf({ config, database }),
    webUrl: config.web.url,
    ask: createAsk({ ...foundation, ...modelPart }),
    ...(chaos ? { chaos } : {}),
    ...(mail ? { digest: mail.digest } : {}),
  });
  return ownClusterDesk(everybodysDesk, { database, cluster, redact });
}
