import type { CauseCode } from "../../incident/cause.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { configurationFixes, resolverFixes } from "./configuration.ts";
import type { Fix } from "./fix.ts";
import { guide } from "./fix.ts";
import { withSoftHeal } from "./heal.ts";
import { autoscalerFixes, jobFixes, objectFixes } from "./objects.ts";
import { probeFixes } from "./probe.ts";
import { reportedFixes } from "./reported.ts";
import { cpuFixes, loadFixes, memoryFixes, saturationFixes } from "./resources.ts";
import { isRoute, routeFixes, webhookFixes } from "./routes.ts";
import { nodeFixes, quotaFixes, schedulingFixes } from "./scheduling.ts";
import { serviceFixes, storageFixes } from "./services.ts";
import { imageFixes, releaseFixes, restartFixes, startFixes } from "./workload.ts";

export type FixMaker = (open: Case, item: Candidate) => readonly (Fix | undefined)[];

/** Which fixes a cause calls for, in the order in which an experienced operator tries them. */
const makers: Partial<Record<CauseCode, FixMaker>> = {
  "memory-limit-too-low": memoryFixes,
  "memory-leak": memoryFixes,
  "cpu-throttling": cpuFixes,
  "cpu-saturation": saturationFixes,
  "load-spike": loadFixes,
  "image-not-found": imageFixes,
  "image-pull-denied": imageFixes,
  "missing-env": configurationFixes,
  "missing-config": configurationFixes,
  "bad-config": configurationFixes,
  "bad-upstream-url": configurationFixes,
  "permission-denied": configurationFixes,
  "pool-exhausted": configurationFixes,
  "bad-command": startFixes,
  "init-failure": startFixes,
  "bad-liveness-probe": probeFixes,
  "bad-readiness-probe": probeFixes,
  "bad-release": releaseFixes,
  "slow-dependency": restartFixes,
  "application-degraded": restartFixes,
  "external-dependency": restartFixes,
  "network-fault": restartFixes,
  "rate-limited": restartFixes,
  "dns-failure": (open, item) => [...resolverFixes(open, item), ...restartFixes(open, item)],
  unschedulable: schedulingFixes,
  "node-unschedulable": nodeFixes,
  "node-down": nodeFixes,
  "node-pressure": nodeFixes,
  "quota-exceeded": quotaFixes,
  "selector-mismatch": serviceFixes,
  "service-port-mismatch": serviceFixes,
  "dependency-down": serviceFixes,
  "ephemeral-storage": storageFixes,
  "volume-full": storageFixes,
  "volume-pending": storageFixes,
  "job-failing": jobFixes,
  "hpa-maxed": autoscalerFixes,
  "hpa-broken": autoscalerFixes,
  "webhook-blocking": webhookFixes,
  "stuck-terminating": objectFixes,
  "network-policy-blocked": objectFixes,
  "certificate-expired": objectFixes,
  "monitoring-blind": objectFixes,
};

/**
 * Never empty: where nothing is known to help, a guide says where to look. Fits are 0..1, and nothing is planned or
 * read yet.
 */
export function fixesFor(open: Case, item: Candidate): readonly Fix[] {
  const maker = isRoute(item) ? routeFixes : makers[item.cause];
  const made = (reportedFixes(open, item) ?? maker?.(open, item) ?? []).filter((fix) => fix !== undefined);
  if (made.length > 0) return withSoftHeal(open, item, made);
  const { culprit } = item;
  const where = culprit.namespace ? `-n ${culprit.namespace} ` : "";
  return [
    guide(
      culprit,
      [
        `kubectl ${where}describe ${culprit.kind.toLowerCase()} ${culprit.name}`,
        "Compare what you see with the evidence of this incident.",
      ],
      "no change is known to be safe here",
      0.3,
    ),
  ];
}
