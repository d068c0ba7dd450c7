import type { Condition, KubeObject, LabelSelector } from "./object.ts";
import type { PodTemplate } from "./pod.ts";

export interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
    readonly paused?: boolean;
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string };
    };
    /** Of StatefulSets and DaemonSets. */
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number; readonly maxSurge?: number | string };
    };
    readonly progressDeadlineSeconds?: number;
    /** How long a pod must have been ready to count as available. */
    readonly minReadySeconds?: number;
    readonly serviceName?: string;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly unavailableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    readonly numberUnavailable?: number;
    readonly updatedNumberScheduled?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface Job extends KubeObject {
  readonly spec: {
    readonly template: PodTemplate;
    /** Made by the API server, by the Job's uid. */
    readonly selector?: LabelSelector;
    readonly backoffLimit?: number;
    readonly suspend?: boolean;
    readonly completions?: number;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly concurrencyPolicy?: string;
    readonly suspend?: boolean;
    readonly jobTemplate: { readonly spec: Job["spec"] };
    readonly startingDeadlineSeconds?: number;
  };
  readonly status?: {
    readonly lastScheduleTime?: string;
    readonly lastSuccessfulTime?: string;
    readonly active?: readonly unknown[];
  };
}

interface HpaMetricValue {
  /** `Utilization` is a share of what the pods request. */
  readonly type?: string;
  readonly averageUtilization?: number;
  readonly averageValue?: string;
  readonly value?: string;
}

export const hpaMetricSources = ["resource", "containerResource", "pods", "object", "external"] as const;

/** One metric that an autoscaler goes by: what it should be in the spec (`target`), what it is in the status (`current`). */
export type HpaMetric = { readonly type?: string } & {
  readonly [Source in (typeof hpaMetricSources)[number]]?: {
    readonly name?: string;
    readonly container?: string;
    readonly describedObject?: { readonly name?: string };
    readonly metric?: { readonly name?: string; readonly selector?: LabelSelector };
    readonly target?: HpaMetricValue;
    readonly current?: HpaMetricValue;
  };
};

export interface HorizontalPodAutoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly HpaMetric[];
  };
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly currentMetrics?: readonly HpaMetric[];
    readonly conditions?: readonly Condition[];
  };
}

const runPods: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "CronJob"]);

/**
 * Whether the chain of owners ends here. A Deployment, StatefulSet, DaemonSet or CronJob that an operator made stands for
 * itself: it is what is seen, rolled out and measured, and the operator's own object is not watched.
 */
export function endsOwnerChain({ kind, metadata }: KubeObject): boolean {
  return runPods.has(kind) || (metadata.ownerReferences?.length ?? 0) === 0;
}

/** How many pods the controller itself brings to the newest revision: those below a partition are left, as are all with OnDelete. */
export function podsToUpdate({ kind, spec, status = {} }: Workload, desired: number): number {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === "OnDelete" || spec.paused) return 0;
  if (kind !== "StatefulSet") return desired;
  // Its count of updated pods is that of the revision on its way; there is none.
  if (status.updateRevision !== undefined && status.currentRevision === status.updateRevision) return 0;
  return Math.max(0, desired - (rollingUpdate?.partition ?? 0));
}

/** The API server refused what a controller was to make: the pods of a ReplicaSet, or the next ReplicaSet of a Deployment. */
export function isRefusal({ type, status, reason }: Condition): boolean {
  return (
    (type === "ReplicaFailure" && status === "True") ||
    (type === "Progressing" && status === "False" && reason === "ReplicaSetCreateError")
  );
}
