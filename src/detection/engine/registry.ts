import { alertmanager } from "../alerts/alertmanager.ts";
import type { DetectorFactory } from "../detector.ts";
import { createRefused } from "../events/create-refused.ts";
import { evictionRefused } from "../events/eviction-refused.ts";
import { mountFailed } from "../events/mount-failed.ts";
import { probeKill, probeRefused } from "../events/probe-failures.ts";
import { repeatedWarning } from "../events/repeated-warning.ts";
import { appHealth } from "../health/app-health.ts";
import { loadHealthModel } from "../health/load-health-model.ts";
import { errorBurst } from "../logs/error-burst.ts";
import { errorShareShift } from "../logs/error-share-shift.ts";
import { newError } from "../logs/new-error.ts";
import { rareTemplate } from "../logs/rare-template.ts";
import { severeCluster } from "../logs/severe-cluster.ts";
import { stoppedTemplate } from "../logs/stopped-template.ts";
import { appErrors, eventLoopLag, poolTimeouts, poolWaiting } from "../metrics/app-signals.ts";
import { clientErrors } from "../metrics/client-errors.ts";
import { fileDescriptorForecast, nodeDiskForecast, volumeForecast } from "../metrics/disk-forecast.ts";
import { containerStorageForecast, emptyDirForecast, podStorageForecast } from "../metrics/ephemeral-storage.ts";
import { errorRatio } from "../metrics/error-ratio.ts";
import { forecastAnomaly } from "../metrics/forecast/forecast-anomaly.ts";
import { workloadIsolation } from "../metrics/isolation-forest/workload-isolation.ts";
import { clientLatency, latency } from "../metrics/latency.ts";
import { memoryForecast } from "../metrics/memory-forecast.ts";
import { nodeCpu } from "../metrics/node-cpu.ts";
import { nodeDisk } from "../metrics/node-disk.ts";
import { rejectedRequests } from "../metrics/rejected-requests.ts";
import { throttling } from "../metrics/throttling.ts";
import { trafficStopped } from "../metrics/traffic-stopped.ts";
import { volumeFull } from "../metrics/volume-full.ts";
import { autoscaler } from "../state/autoscaler.ts";
import { cronScheduleMissed } from "../state/cron-schedule-missed.ts";
import { dependencyGone } from "../state/dependency-gone.ts";
import { deploymentRollout } from "../state/deployment-rollout.ts";
import { ingressBackend } from "../state/ingress-backend.ts";
import { ingressRoute } from "../state/ingress-route.ts";
import { jobFailed } from "../state/job-failed.ts";
import { missingReference } from "../state/missing-reference.ts";
import { networkPolicy } from "../state/network-policy.ts";
import { nodeHealth } from "../state/node-health.ts";
import { objectStuckTerminating } from "../state/object-stuck-terminating.ts";
import { podCrash } from "../state/pod-crash.ts";
import { podFailed } from "../state/pod-failed.ts";
import { podInit } from "../state/pod-init.ts";
import { podNotReady } from "../state/pod-not-ready.ts";
import { podOom } from "../state/pod-oom.ts";
import { podPending } from "../state/pod-pending.ts";
import { podResize } from "../state/pod-resize.ts";
import { podStuckTerminating } from "../state/pod-stuck-terminating.ts";
import { podWaiting } from "../state/pod-waiting.ts";
import { quotaForecast } from "../state/quota-forecast.ts";
import { replicaFailure } from "../state/replica-failure.ts";
import { serviceEndpoints } from "../state/service-endpoints.ts";
import { servicePort } from "../state/service-port.ts";
import { statefulService } from "../state/stateful-service.ts";
import { storageClass } from "../state/storage-class.ts";
import { volumeClaim } from "../state/volume-claim.ts";
import { volumeResize } from "../state/volume-resize.ts";
import { webhookService } from "../state/webhook-service.ts";
import { workloadUnavailable } from "../state/workload-unavailable.ts";

/** All detectors, with application health judged by the model of a folder; without one by the model that comes along. */
export function detectorsWith(healthModel: string | undefined): readonly DetectorFactory[] {
  if (healthModel === undefined) return detectorFactories;
  return detectorFactories.map((make) =>
    make === appHealth ? () => appHealth(() => loadHealthModel(healthModel)) : make,
  );
}

/** All detectors. Add one file and one line. */
export const detectorFactories: readonly DetectorFactory[] = [
  podWaiting,
  podCrash,
  podOom,
  podInit,
  podPending,
  podNotReady,
  podFailed,
  podStuckTerminating,
  podResize,
  objectStuckTerminating,
  deploymentRollout,
  workloadUnavailable,
  replicaFailure,
  dependencyGone,
  serviceEndpoints,
  servicePort,
  missingReference,
  jobFailed,
  nodeHealth,
  volumeClaim,
  volumeResize,
  autoscaler,
  ingressBackend,
  ingressRoute,
  storageClass,
  statefulService,
  cronScheduleMissed,
  networkPolicy,
  webhookService,
  probeKill,
  probeRefused,
  mountFailed,
  createRefused,
  evictionRefused,
  repeatedWarning,
  errorRatio,
  clientErrors,
  rejectedRequests,
  latency,
  clientLatency,
  trafficStopped,
  throttling,
  memoryForecast,
  nodeDiskForecast,
  volumeForecast,
  volumeFull,
  fileDescriptorForecast,
  containerStorageForecast,
  podStorageForecast,
  emptyDirForecast,
  quotaForecast,
  nodeCpu,
  nodeDisk,
  appErrors,
  poolWaiting,
  poolTimeouts,
  eventLoopLag,
  appHealth,
  alertmanager,
  forecastAnomaly,
  workloadIsolation,
  newError,
  errorBurst,
  errorShareShift,
  rareTemplate,
  severeCluster,
  stoppedTemplate,
];
