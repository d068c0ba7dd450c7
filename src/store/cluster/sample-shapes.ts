import type { DeploymentSample, NodeSample, PodSample } from "../../incident/cluster-sample.ts";

export interface SampleRows {
  readonly nodes: NodeSample;
  readonly pods: PodSample;
  readonly deployments: DeploymentSample;
}

export type SampleTable = keyof SampleRows;

/** What is measured is good to seven digits (`real`), which is more than anybody measures. */
export type ValueType = "integer" | "boolean" | "real";

/** Older samples are kept in steps of this length. */
export const coarseMs = 5 * 60_000;

/** What five minutes of a value come to: its mean, the last one, or whether it was so all the time. */
export type Aggregate = "mean" | "last" | "all";

export interface ValueShape {
  readonly type: ValueType;
  readonly coarse: Aggregate;
}

/**
 * How samples of one kind are stored: a row holds one time, with an array for each value, in the order of `object`. Names are
 * kept once, in sample_object.
 */
export interface SampleShape<Row> {
  readonly table: string;
  /** Where rows of one object and time are left over from versions that kept a row for each. */
  readonly singly: string;
  readonly kind: string;
  /** Which properties name the object; absent where the kind has none. */
  readonly names: {
    readonly namespace?: keyof Row & string;
    readonly name: keyof Row & string;
    readonly workload?: keyof Row & string;
  };
  readonly values: Readonly<Partial<Record<keyof Row & string, ValueShape>>>;
}

const mean = { type: "real", coarse: "mean" } as const;
const last = { type: "real", coarse: "last" } as const;
const count = { type: "integer", coarse: "last" } as const;
const always = { type: "boolean", coarse: "all" } as const;

export const sampleShapes: { readonly [T in SampleTable]: SampleShape<SampleRows[T]> } = {
  nodes: {
    table: "node_sample",
    singly: "nodes_singly",
    kind: "Node",
    names: { name: "node" },
    values: { ready: always, pods: count, cpuRatio: mean, memoryRatio: mean, filesystemRatio: mean },
  },
  pods: {
    table: "pod_sample",
    singly: "pods_singly",
    kind: "Pod",
    names: { namespace: "namespace", name: "pod", workload: "workload" },
    values: {
      ready: always,
      restarts: count,
      cpuCores: mean,
      cpuThrottledRatio: mean,
      memoryBytes: mean,
      memoryLimitRatio: mean,
      networkReceiveBytesPerSecond: mean,
      networkTransmitBytesPerSecond: mean,
      requestsPerSecond: mean,
      errorRatio: mean,
      latencyMeanSeconds: mean,
      healthCpuRatio: mean,
      healthMemoryRatio: mean,
      // Both are counted from a start.
      healthErrorCount: last,
      healthUptimeSeconds: last,
    },
  },
  deployments: {
    table: "deployment_sample",
    singly: "deployments_singly",
    kind: "Deployment",
    names: { namespace: "namespace", name: "deployment" },
    values: {
      desired: count,
      available: count,
      updated: count,
      requestsPerSecond: mean,
      errorsPerSecond: mean,
      errorRatio: mean,
      latencyP50Seconds: mean,
      latencyP95Seconds: mean,
      latencyMeanSeconds: mean,
    },
  },
};

export const sampleTables = Object.keys(sampleShapes) as readonly SampleTable[];

/** `latencyP95Seconds` is the column latency_p95_seconds. */
const columnOf = (property: string) => property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export interface ValueColumn extends ValueShape {
  readonly property: string;
  readonly column: string;
}

/** In the order in which the shape lists them, which is that of the columns in statements. */
export function valueColumns(table: SampleTable): readonly ValueColumn[] {
  return Object.entries<ValueShape>(sampleShapes[table].values).map(([property, shape]) => ({
    property,
    column: columnOf(property),
    ...shape,
  }));
}
