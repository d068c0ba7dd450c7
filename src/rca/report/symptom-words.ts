import type { Anomaly } from "../../incident/anomaly.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { type Severity, severities } from "../../incident/severity.ts";
import { own } from "../../lib/own.ts";

/** How a person would say that something is so, by the reason codes of detection. */
const words: Readonly<Record<string, string>> = {
  OOMKilled: "has been OOM-killed",
  CrashLoopBackOff: "has been crashing",
  RunContainerError: "has not been able to start",
  PostStartHookError: "has not been able to start",
  CreateContainerError: "has not been able to start",
  CreateContainerConfigError: "has not been able to start",
  MissingReference: "has lacked part of its configuration",
  InitContainerFailed: "has been stuck at its init container",
  ImagePullBackOff: "has had a pod without its image",
  ErrImageNeverPull: "has had a pod without its image",
  InvalidImageName: "has had a pod without its image",
  LivenessKill: "has been killed by its liveness probe",
  StartupProbeKill: "has been killed by its start-up probe",
  NotReady: "has had pods out of service",
  ReadinessProbeRefused: "has had pods out of service",
  ReplicasUnavailable: "has been short of pods",
  ProgressDeadlineExceeded: "has had a rollout that is stuck",
  Unschedulable: "has had pods that no node takes",
  NodeNotReady: "has not been ready",
  NodeUnschedulable: "has been closed for new pods",
  NoReadyEndpoints: "has had no ready pod behind it",
  SelectorMatchesNothing: "has had no pod behind it",
  TargetPortUnknown: "has pointed at a port that nobody serves",
  BackendPortMissing: "has sent traffic to a port that its Service does not have",
  IngressClassMissing: "has been served by no controller",
  TlsSecretMissing: "has lost its certificate",
  StorageClassMissing: "has named a storage class that does not exist",
  GoverningServiceMissing: "has been gone",
  ScheduleMissed: "has not run when it should have",
  ScheduleInvalid: "has had a schedule that cannot be read",
  PodsFailing: "has been failing",
  BackoffLimitExceeded: "has been failing",
  DeadlineExceeded: "has run out of its time",
  FailedMount: "has not been able to mount a volume",
  MountReferenceMissing: "has not been able to mount a volume",
  NoDefaultStorageClass: "has got no volume",
  ClaimPending: "has got no volume",
  ClaimLost: "has lost its volume",
  VolumeResizeFailed: "has not been able to grow",
  FileSystemResizePending: "has not been able to grow",
  MemoryPressure: "has been short of memory",
  DiskPressure: "has been short of disk",
  PIDPressure: "has been short of process numbers",
  ReadonlyFilesystem: "has had a file system that cannot be written",
  KernelDeadlock: "has had a kernel that hangs",
  KubeletProblem: "has had a kubelet that is not well",
  KubeletUnhealthy: "has had a kubelet that is not well",
  ContainerRuntimeProblem: "has had a container runtime that is not well",
  ContainerRuntimeUnhealthy: "has had a container runtime that is not well",
  NetworkingReady: "has had trouble in its network",
  StorageReady: "has had trouble with its storage",
  ResizeInfeasible: "has not got its new resources",
  ResizeDeferred: "has not got its new resources",
  ResizeFailed: "has not got its new resources",
  PolicyBlocksTraffic: "has blocked traffic that is needed",
  WebhookUnreachable: "has made the API server refuse changes",
  EvictionRefused: "has let no pod be evicted",
  BackendMissing: "has sent traffic to a Service that does not exist",
  ScaledToZero: "has had no pod",
  Deleted: "has been gone",
  StuckTerminating: "has not been able to go away",
  AutoscalerBroken: "has not been able to scale",
  AutoscalerAtMaximum: "has been at its maximum",
  "memory-exhaustion": "has been running out of memory",
  "node-disk-exhaustion": "has been running out of disk",
  "volume-exhaustion": "has been filling up",
  "volume-full": "has been full",
  "file-descriptor-exhaustion": "has been running out of file descriptors",
  "ephemeral-storage-exhaustion": "has been filling its local storage",
  "quota-exhaustion": "has been running out of its quota",
  "memory-forecast": "has used more memory than usual",
  "cpu-throttling": "has been throttled",
  "throttling-forecast": "has been throttled",
  "cpu-forecast": "has used more CPU than usual",
  "node-cpu-saturated": "has been out of CPU",
  "node-disk-filling": "has been filling its disk",
  "error-ratio": "has been answering with errors",
  "errors-forecast": "has been answering with errors",
  "app-errors": "has been answering with errors",
  "rejected-requests": "has been rejecting requests",
  "client-errors": "has seen its calls fail",
  latency: "has been slow",
  "latency-forecast": "has been slow",
  "client-latency": "has waited for what it calls",
  "client-latency-forecast": "has waited for what it calls",
  "pool-waiting": "has been waiting for connections",
  "pool-timeouts": "has been waiting for connections",
  "pool-forecast": "has been waiting for connections",
  "traffic-stopped": "has got no more requests",
  "requests-forecast": "has got an unusual number of requests",
  "error-burst": "has logged errors in bursts",
  "never-seen-template": "has logged what it never logged before",
  "source-silent": "has sent no data",
  "samples-stale": "has sent no data",
};
/** Said where nothing plainer is seen. */
const vagueWords: Readonly<Record<string, string>> = {
  "application-degraded": "has called itself unwell",
  "eventloop-lag": "has had a blocked event loop",
  "eventloop-forecast": "has had a blocked event loop",
  "network-drops-forecast": "has lost packets",
  "network-errors-forecast": "has lost packets",
  "processes-forecast": "has run an unusual number of processes",
  isolated: "has behaved unlike its past",
  "error-share-shift": "has logged more errors than usual",
  "severe-cluster": "has logged what it never logged before",
  "rare-template": "has logged what it never logged before",
  "stopped-template": "has stopped logging what it always logs",
};
/** The same of whom is called, where a caller has seen it. */
const wordsOfCalled: Readonly<Record<string, string>> = {
  "client-errors": "has been failing its callers",
  "client-latency": "has kept its callers waiting",
  "client-latency-forecast": "has kept its callers waiting",
};
const inTrouble = "has been in trouble";

const rankOf = (severity: Severity) => severities.indexOf(severity);

/** What is seen on one object, worst first, and since when (ms): `carts`, `has been OOM-killed`. Undefined without anomalies. */
export function symptomOf(
  anomalies: readonly Anomaly[],
  subject: ObjectRef,
): { readonly name: string; readonly words: string; readonly since: number } | undefined {
  const named = ({ reason, seenOn }: Anomaly) =>
    (seenOn && own(wordsOfCalled, reason)) ?? own(words, reason) ?? own(vagueWords, reason) ?? inTrouble;
  const isVague = ({ reason }: Anomaly) => own(words, reason) === undefined;
  const worst = [...anomalies].sort(
    (a, b) =>
      Number(isVague(a)) - Number(isVague(b)) ||
      Number(refKey(a.target) !== refKey(subject)) - Number(refKey(b.target) !== refKey(subject)) ||
      rankOf(a.severity) - rankOf(b.severity) ||
      a.startsAt - b.startsAt,
  )[0];
  if (!worst) return undefined;
  const alike = anomalies.filter(
    (anomaly) => named(anomaly) === named(worst) && refKey(anomaly.target) === refKey(worst.target),
  );
  return {
    name: worst.target.name,
    words: named(worst),
    since: Math.min(...alike.map((anomaly) => anomaly.startsAt)),
  };
}
