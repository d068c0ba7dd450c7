/** good: nothing was wrong with it; alert: a detector reported it, no incident; bad: it was part of an incident. */
const sampleLabels = ["good", "alert", "bad"] as const;
export type SampleLabel = (typeof sampleLabels)[number];

/** How one object was at one time, kept for training. A value that was not measured is null. */
interface Sample {
  /** Unix ms. */
  readonly at: number;
  readonly label: SampleLabel;
}

/** One node at one time. Ratios are 0..1; null where nothing was measured. */
export interface NodeSample extends Sample {
  readonly node: string;
  readonly ready: boolean | null;
  readonly pods: number;
  readonly cpuRatio: number | null;
  readonly memoryRatio: number | null;
  readonly filesystemRatio: number | null;
}

export interface PodSample extends Sample {
  readonly namespace: string;
  readonly pod: string;
  /** Name of the owner at the top of the chain. */
  readonly workload: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly cpuCores: number | null;
  readonly cpuThrottledRatio: number | null;
  readonly memoryBytes: number | null;
  /** Of the container that is nearest to its limit. */
  readonly memoryLimitRatio: number | null;
  readonly networkReceiveBytesPerSecond: number | null;
  readonly networkTransmitBytesPerSecond: number | null;
  readonly requestsPerSecond: number | null;
  readonly errorRatio: number | null;
  readonly latencyMeanSeconds: number | null;
  readonly healthCpuRatio: number | null;
  readonly healthMemoryRatio: number | null;
  readonly healthErrorCount: number | null;
  readonly healthUptimeSeconds: number | null;
}

/**
 * One Deployment at one time: pods, and what it serves over all of them. The ratio is 0..1; null where nothing was
 * measured.
 */
export interface DeploymentSample extends Sample {
  readonly namespace: string;
  readonly deployment: string;
  readonly desired: number;
  readonly available: number;
  readonly updated: number;
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  readonly errorRatio: number | null;
  readonly latencyP50Seconds: number | null;
  readonly latencyP95Seconds: number | null;
  readonly latencyMeanSeconds: number | null;
}

/** Everything of one time. */
export interface SampleBatch {
  readonly nodes: readonly NodeSample[];
  readonly pods: readonly PodSample[];
  readonly deployments: readonly DeploymentSample[];
}
