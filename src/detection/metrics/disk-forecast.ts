import { mounts } from "../../cluster/kinds/storage.ts";
import type { Pod } from "../../cluster/kubernetes-types.ts";
import { makeRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { whenText } from "./exhaustion.ts";
import { createExhaustionForecast } from "./exhaustion-forecast.ts";
import { ownerOfPod, percent, workloadOf } from "./who.ts";

const horizonMs = 2 * 60 * 60_000;

interface Writer {
  readonly pod: Pod;
  readonly bytes: number;
}

const least = 64 * 2 ** 20;

/** The pod of a node whose layers and logs have grown most since then, if it is more than all others together. */
function mainWriter(node: string, since: number, { pods, observation }: DetectContext): Writer | undefined {
  const here = new Map<string, Pod>(
    pods.flatMap((pod) =>
      pod.spec.nodeName === node ? [[`${pod.metadata.namespace}/${pod.metadata.name}`, pod] as const] : [],
    ),
  );
  const grown = new Map<string, Writer>();
  let all = 0;
  for (const series of observation.series.select("container_ephemeral_bytes")) {
    const key = `${series.labels.namespace}/${series.labels.pod}`;
    const pod = here.get(key);
    if (!pod) continue;
    let first = 0;
    while (first < series.length - 1 && series.timeAt(first) < since) first++;
    const bytes = Math.max(0, series.last - series.valueAt(first));
    all += bytes;
    grown.set(key, { pod, bytes: bytes + (grown.get(key)?.bytes ?? 0) });
  }
  const [most] = [...grown.values()].sort((a, b) => b.bytes - a.bytes);
  return most && most.bytes >= least && 2 * most.bytes > all ? most : undefined;
}

/**
 * A node whose disk will be full. Source: trend of its root file system up to 90 %, where the kubelet evicts; the pod that
 * writes most is named where the kubelet tells what containers use.
 */
export const nodeDiskForecast = (): Detector =>
  createExhaustionForecast({
    name: "node-disk-forecast",
    series: "node_filesystem_ratio",
    capacity: 0.9,
    minShare: 0.5,
    minGrowth: 0.03,
    horizonMs,
    finding(series, found, context) {
      const node = series.labels.node ?? "node";
      const when = whenText(found);
      const writer = mainWriter(node, found.since, context);
      const named = writer
        ? `; pod ${writer.pod.metadata.name} has written ${Math.round(writer.bytes / 2 ** 20)} MiB of it, more than all others there`
        : "";
      return {
        reason: "node-disk-exhaustion",
        target: makeRef("Node", undefined, node),
        headline: `will run out of disk ${when}`,
        summary: `The disk of node ${node} is ${percent(series.last)} full and gains ${percent(found.trend.slope * 60)} a minute; it reaches 90 %, where the kubelet evicts pods, ${when}${named}`,
        ...(writer ? { related: [context.ownerOf(writer.pod)] } : {}),
      };
    },
  });

/** The workloads whose live pods mount a claim. */
export function usersOfClaim(namespace: string, claim: string, { pods, ownerOf }: DetectContext) {
  const users = pods.filter((pod) => pod.metadata.namespace === namespace && mounts(pod, claim));
  return uniqueRefs(users.map(ownerOf));
}

/** A persistent volume that will be full. Source: trend of its bytes in use against the capacity, or of its inodes where they run out first. */
export const volumeForecast = (): Detector =>
  createExhaustionForecast({
    name: "volume-forecast",
    series: "volume_used_ratio",
    capacity: 1,
    minShare: 0.5,
    minGrowth: 0.03,
    horizonMs,
    finding(series, found, context) {
      const { namespace = "", claim = "" } = series.labels;
      const when = whenText(found);
      return {
        reason: "volume-exhaustion",
        target: makeRef("PersistentVolumeClaim", namespace, claim),
        headline: `will be full ${when}`,
        summary: `The volume of PersistentVolumeClaim ${claim} is ${percent(series.last)} full and gains ${percent(found.trend.slope * 60)} a minute; it is full ${when}`,
        related: usersOfClaim(namespace, claim, context),
      };
    },
  });

/**
 * A process that will have no file descriptor left for the next connection or file. Source: trend of `process_open_fds`
 * against `process_max_fds`. Not a fault: what opens files at its start and keeps them.
 */
export const fileDescriptorForecast = (): Detector =>
  createExhaustionForecast({
    name: "file-descriptor-forecast",
    series: "open_fds_ratio",
    capacity: 1,
    minShare: 0.3,
    minGrowth: 0.05,
    horizonMs: 60 * 60_000,
    finding(series, found, context) {
      const { namespace = "", pod = "" } = series.labels;
      const when = whenText(found);
      const owner = ownerOfPod(series, context);
      return {
        reason: "file-descriptor-exhaustion",
        target: owner.kind === "Pod" ? workloadOf(series, context) : owner,
        seenOn: makeRef("Pod", namespace, pod),
        headline: `will run out of file descriptors ${when}`,
        summary: `Pod ${pod} has ${percent(series.last)} of its file descriptors open and opens ${percent(found.trend.slope * 60)} more a minute; none is left ${when}`,
      };
    },
  });
