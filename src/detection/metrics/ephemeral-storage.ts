import { lastingContainers } from "../../cluster/kinds/pod.ts";
import { isKind, type Pod } from "../../cluster/kubernetes-types.ts";
import { mostAtOneTime } from "../../cluster/pod-request.ts";
import { bytesQuantity, parseQuantity } from "../../cluster/quantity.ts";
import type { Series } from "../../cluster/series-store.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { whenText } from "./exhaustion.ts";
import { createExhaustionForecast } from "./exhaustion-forecast.ts";
import { ownerOfPod } from "./who.ts";

const horizonMs = 2 * 60 * 60_000;
/** The kubelet measures local storage about once a minute. */
const freshMs = 3 * 60_000;
const key = "ephemeral-storage";

function podOf({ labels }: Series, { observation }: DetectContext): Pod | undefined {
  const found = observation.objects.get("Pod", labels.namespace ?? "", labels.pod ?? "");
  return isKind(found, "Pod") ? found : undefined;
}

const limitOf = (container: Pod["spec"]["containers"][number]) => parseQuantity(container.resources?.limits?.[key]);

/**
 * The kubelet evicts a pod that uses more than the limits of its containers and sidecars together, as far as they have any
 * (podEphemeralStorageLimitEviction in pkg/kubelet/eviction; by itself only an ordinary container is held to its limit).
 */
function podLimit({ spec }: Pod): number | undefined {
  const isLimited = [...spec.containers, ...(spec.initContainers ?? [])].some((one) => limitOf(one) !== undefined);
  return isLimited ? mostAtOneTime(spec, limitOf) + (parseQuantity(spec.overhead?.[key]) ?? 0) : undefined;
}

const containerLimit = (pod: Pod, { labels }: Series) =>
  pod.spec.containers.flatMap((one) => (one.name === labels.container ? (limitOf(one) ?? []) : []))[0];

const volumeLimit = (pod: Pod, { labels }: Series) =>
  parseQuantity(pod.spec.volumes?.find(({ name }) => name === labels.volume)?.emptyDir?.sizeLimit);

interface Part {
  readonly name: string;
  readonly series: "pod_ephemeral_bytes" | "container_ephemeral_bytes" | "pod_volume_bytes";
  readonly limit: (pod: Pod, series: Series) => number | undefined;
  /** What fills up, and what its limit is called. */
  readonly what: (series: Series) => readonly [what: string, limit: string];
}

const forecastOf = ({ name, series: from, limit, what }: Part): Detector =>
  createExhaustionForecast({
    name,
    series: from,
    capacity: (series, context) => {
      const pod = podOf(series, context);
      return pod && limit(pod, series);
    },
    unit: "bytes",
    minShare: 0.4,
    minGrowth: 0.04,
    horizonMs,
    freshMs,
    finding(series, found, context, capacity) {
      const { namespace = "", pod = "", container = "" } = series.labels;
      const when = whenText(found);
      const [subject, limitName] = what(series);
      const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
      return {
        reason: "ephemeral-storage-exhaustion",
        target: ownerOfPod(series, context),
        seenOn: makeRef("Pod", namespace, pod),
        ...(container ? { detail: container } : {}),
        headline: `will be evicted for its local storage ${when}`,
        summary: `${subject} of pod ${pod} uses ${mib(series.last)} MiB of local storage and ${mib(found.trend.slope * 60)} MiB more a minute; it reaches its ${limitName} of ${bytesQuantity(capacity)} ${when}, and the kubelet then evicts the pod`,
      };
    },
  });

/**
 * A pod that writes more to its node's disk than it may: its containers' layers, its logs and its emptyDir volumes together.
 * Source: the kubelet's Summary API, or the writable layers and logs of its metrics, against the limits of the pod. Not a
 * fault: a pod without such a limit, use that is high and steady, logs that are rotated, growth that takes many hours.
 */
export const podStorageForecast = (): Detector =>
  forecastOf({
    name: "pod-storage-forecast",
    series: "pod_ephemeral_bytes",
    // Of one container the limit is the same; it says more.
    limit: (pod) => {
      const own = podLimit(pod);
      const inVolumes = pod.spec.volumes?.some(
        ({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== "Memory",
      );
      return lastingContainers(pod.spec).length > 1 || inVolumes ? own : undefined;
    },
    what: () => ["All", "limit for ephemeral-storage"],
  });

/** One container of a pod that writes more than its own limit allows. Source and exceptions as above; volumes do not count. */
export const containerStorageForecast = (): Detector =>
  forecastOf({
    name: "container-storage-forecast",
    series: "container_ephemeral_bytes",
    limit: containerLimit,
    what: ({ labels }) => [`Container ${labels.container ?? ""}`, "limit for ephemeral-storage"],
  });

/** An emptyDir volume on its way to its `sizeLimit`, at which the pod is evicted. Source: the kubelet's Summary API. */
export const emptyDirForecast = (): Detector =>
  forecastOf({
    name: "empty-dir-forecast",
    series: "pod_volume_bytes",
    limit: volumeLimit,
    what: ({ labels }) => [`Volume ${labels.volume ?? ""}`, "sizeLimit"],
  });
