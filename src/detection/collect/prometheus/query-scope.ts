/** What every query of a round has in common. */
export interface QueryScope {
  /** Over how long rates are taken (s): as long as the windows of direct scraping. */
  readonly windowSeconds: number;
  /** How often the server scrapes (s). */
  readonly intervalSeconds: number;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** What the server calls the namespace and the pod of an application's series. */
  readonly labels: PodLabels;
  /** What all series of this cluster carry, where the server has those of several. */
  readonly own?: OwnLabels;
}

export type OwnLabels = Readonly<Record<string, string>>;

export interface PodLabels {
  readonly namespace: string;
  readonly pod: string;
}

/** One metric family, aggregated by the server as far as its meaning allows. */
export interface FamilyQuery {
  /** Name of the raw series that the answer stands for. */
  readonly metric: string;
  /** A rate of a counter (1/s), the newest value of a gauge, or how much a counter grew in the window. */
  readonly kind: "rate" | "value" | "increase";
  readonly expr: string;
  /** Told of calls by third parties: workloads are named by labels, not by a pod. */
  readonly calls?: true;
  /** Answered with native histograms, whose values are in this unit (s). */
  readonly nativeUnit?: number;
}

/** A text as PromQL writes one; regular expressions it is none of. */
const quoted = (text: string) => JSON.stringify(text);

const ofCluster = (own: OwnLabels = {}) => Object.entries(own).map(([label, value]) => `${label}=${quoted(value)}`);

/** `{…}` with these matchers, within the cluster and the namespaces of the scope. */
export function matchers(
  scope: Pick<QueryScope, "namespaces" | "own">,
  namespaceLabel: string,
  ...own: readonly string[]
): string {
  const listed = scope.namespaces.map((name) => name.replaceAll(/[^A-Za-z0-9_-]/g, (char) => `[${char}]`)).join("|");
  return `{${[...own, ...ofCluster(scope.own), ...(listed === "" ? [] : [`${namespaceLabel}=~"${listed}"`])].join(",")}}`;
}

/** The same of what is in no namespace; nothing where nothing is asked. */
export function anywhere({ own: cluster }: Pick<QueryScope, "own">, ...own: readonly string[]): string {
  const all = [...own, ...ofCluster(cluster)];
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

/**
 * A range over which `rate` is exactly (last - first) / time between them: with one more interval than the window, the
 * samples at both ends are less than an interval away from its edges, and the extrapolation cancels out
 * (https://github.com/prometheus/prometheus/blob/main/promql/functions.go, extrapolatedRate).
 */
export function rangeSeconds({ windowSeconds, intervalSeconds }: QueryScope): number {
  return Math.ceil(Math.max(windowSeconds, 3 * intervalSeconds) + intervalSeconds);
}

/**
 * The newest value for each group. The kubelet's samples carry their own times and are not marked as ended: of a container
 * and its successor only the younger sample counts, and none that is older than the range.
 */
export function newest(selector: string, by: string, range: number): string {
  const time = `timestamp(${selector})`;
  return `max by (${by}) (${selector} and (${time} > time() - ${range}) and (${time} == on (${by}) group_left () max by (${by}) (${time})))`;
}
