import type { KubernetesPlace } from "../../adapters/kubernetes-config.ts";
import type { Config } from "../../config/config.ts";
import { chaosCheck } from "./chaos.ts";
import type { Check } from "./check.ts";
import { deliveriesCheck } from "./deliveries.ts";
import { emailCheck } from "./email.ts";
import { filesCheck } from "./files.ts";
import { kubernetesCheck } from "./kubernetes.ts";
import { lokiCheck } from "./loki.ts";
import { modelCheck } from "./model.ts";
import { natsCheck } from "./nats.ts";
import { policyCheck } from "./policy.ts";
import { postgresCheck } from "./postgres.ts";
import { prometheusCheck } from "./prometheus.ts";
import { slackCheck } from "./slack.ts";
import { webCheck } from "./web.ts";

/** What `kubemend doctor` looks at, in the order in which it is told. */
export function everyCheck(config: Config, place: KubernetesPlace & Config["kubernetes"]): readonly Check[] {
  return [
    postgresCheck(config),
    kubernetesCheck({ ...place, scraping: !config.prometheus.url }),
    policyCheck(config),
    prometheusCheck(config),
    lokiCheck(config),
    natsCheck(config),
    slackCheck(config),
    modelCheck(config),
    emailCheck(config),
    webCheck(config),
    deliveriesCheck(config),
    chaosCheck({ chaos: config.chaos, kubernetes: place }),
    filesCheck(config),
  ];
}
