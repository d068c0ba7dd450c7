import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeEvent, KubeObject } from "../../cluster/kubernetes-types.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { AppError } from "../../lib/app-error.ts";
import { createFewAtATime } from "../../lib/few-at-a-time.ts";
import type { Logger } from "../../lib/logger.ts";
import { statusOf } from "./api-error.ts";
import {
  type ContainerName,
  type FollowLogOptions,
  followLog,
  type LogPosition,
  type ReadLogOptions,
  readLog,
  type StampedLine,
} from "./follow-log.ts";
import { eventKind, findKind, pathOf, type WatchedKind } from "./kinds.ts";
import { listKind } from "./list-kind.ts";
import { readObject } from "./read-object.ts";
import { type Revision, rolloutHistory } from "./rollout-history.ts";
import { createTransport, type RequestOptions, type Transport } from "./transport.ts";
import { type WatchClusterOptions, watchCluster } from "./watch-cluster.ts";
import type { WatchTiming } from "./watch-kind.ts";

export interface ScrapeRequest {
  readonly signal?: AbortSignal;
  /** Real milliseconds for the whole answer; default 10 s. */
  readonly timeoutMs?: number;
}

/** A page of a pod, asked for through the API server's proxy. `path` is whatever an annotation says; it may have a query. */
export interface PodEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  readonly scheme: "http" | "https";
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * Everything kubemend reads from a cluster; it has no way to write. Objects are the API's JSON, checked for the parts
 * their kind must have. All calls have deadlines and bounds, and throw KubernetesApiError.
 */
export interface KubernetesReader {
  /** `v1.36.2`. */
  version(): Promise<string>;
  /** Undefined when there is none. Kinds: those of kinds.ts; Secrets are never read. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(kind: string, options?: ListOptions): Promise<KubeObject[]>;
  /** Events about one object, or of a namespace, in no order. */
  listEvents(about: { readonly namespace: string; readonly object?: ObjectRef }): Promise<KubeEvent[]>;
  rolloutHistory(workload: ObjectRef): Promise<Revision[]>;
  watch(options: WatchClusterOptions): Promise<void>;
  readLog(
    name: ContainerName,
    options?: ReadLogOptions,
  ): Promise<{ readonly lines: readonly StampedLine[]; readonly position: LogPosition | undefined }>;
  followLog(name: ContainerName, options: FollowLogOptions): Promise<LogPosition | undefined>;
  /** The kubelet's `/metrics/cadvisor`, `/metrics/resource`, or its own `/metrics` with those of volumes, as text. */
  nodeMetrics(node: string, which: keyof typeof kubeletPages, request?: ScrapeRequest): Promise<string>;
  /** What a pod exposes, fetched by the API server. */
  podMetrics(endpoint: PodEndpoint, request?: ScrapeRequest): Promise<string>;
  /** What a pod answers to a GET, whatever the status; of a long answer the first 64 KiB. Refusals of the API itself come as a v1 Status. */
  podAnswer(
    endpoint: PodEndpoint,
    request?: ScrapeRequest,
  ): Promise<{ readonly status: number; readonly body: string }>;
}

export interface KubernetesReaderOptions {
  readonly kubeconfig: KubeConfig;
  readonly log: Logger;
  readonly timing?: Partial<WatchTiming>;
  /** What is watched comes as the API has it, large values of ConfigMaps included; who analyses does without them. */
  readonly whole?: boolean;
}

const scrapeTimeoutMs = 10_000;
/** A kubelet with 250 pods exposes about 10 MiB. */
const maxScrapeBytes = 32 * 1024 * 1024;
const maxAnswerBytes = 64 * 1024;
/**
 * What pods expose is anybody's, and as many are asked at a time as the caller likes: each may take this much, and two at a time
 * more of it, so that sixteen of them never hold more than some 100 MiB together.
 */
const freePodBytes = 2 * 1024 * 1024;
const longPodAnswers = 2;

/** @throws AppError (exit code 2) when the kubeconfig has no current cluster */
export function createKubernetesReader({
  kubeconfig,
  log,
  timing,
  whole = false,
}: KubernetesReaderOptions): KubernetesReader {
  const transport = createTransport(kubeconfig);
  const long = { freeBytes: freePodBytes, places: createFewAtATime(longPodAnswers) };
  const scrape = (path: string, request: ScrapeRequest = {}, more: RequestOptions = {}): Promise<string> =>
    transport.text(path, {
      signal: request.signal,
      timeoutMs: request.timeoutMs ?? scrapeTimeoutMs,
      maxBytes: maxScrapeBytes,
      ...more,
    });
  const list = async (kind: string, options: ListOptions = {}): Promise<KubeObject[]> =>
    await listObjects(transport, kindNamed(kind), options);

  return {
    async version() {
      const info = await transport.json("/version", { timeoutMs: 5_000 });
      return typeof info === "object" && info !== null && "gitVersion" in info ? String(info.gitVersion) : "unknown";
    },
    async get(ref) {
      const kind = kindNamed(ref.kind);
      // Without a namespace the path would name all of them.
      if (!kind.clusterScoped && !ref.namespace) return undefined;
      try {
        return readObject(kind, await transport.json(pathOf(kind, ref.namespace, ref.name)));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    list,
    async listEvents({ namespace, object }) {
      const terms =
        object === undefined ? [] : [`involvedObject.kind=${object.kind}`, `involvedObject.name=${object.name}`];
      const options = { namespace, ...(terms.length > 0 && { fieldSelector: terms.join(",") }) };
      return (await listObjects(transport, eventKind, options)) as KubeEvent[];
    },
    rolloutHistory: (workload) => rolloutHistory((kind, namespace) => list(kind, { namespace }), workload),
    watch: (options) => watchCluster({ transport, log, timing, whole }, options),
    readLog: (name, options) => readLog(transport, name, options),
    followLog: (name, options) => followLog(transport, name, options),
    nodeMetrics: (node, which, request) =>
      scrape(`/api/v1/nodes/${encodeURIComponent(node)}/proxy/${kubeletPages[which]}`, request),
    podMetrics: async (endpoint, request) => scrape(proxyPath(endpoint), request, { long }),
    podAnswer: async (endpoint, { signal, timeoutMs = scrapeTimeoutMs } = {}) =>
      transport.answer(proxyPath(endpoint), { signal, timeoutMs, maxBytes: maxAnswerBytes, cutLong: true }),
  };
}

const kubeletPages = {
  cadvisor: "metrics/cadvisor",
  resource: "metrics/resource",
  kubelet: "metrics",
  summary: "stats/summary",
} as const;

/** @throws AppError when the path, which anyone who may annotate a pod can choose, would lead out of the pod's proxy */
function proxyPath({ namespace, pod, port, path, scheme }: PodEndpoint): string {
  const name = `${scheme === "https" ? "https:" : ""}${encodeURIComponent(pod)}:${port}`;
  const rest = path.startsWith("/") ? path : `/${path}`;
  const proxy = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${name}/proxy`;
  if (new URL(`http://api${proxy}${rest}`).pathname.startsWith(`${proxy}/`)) return proxy + rest;
  throw new AppError(
    "path-leaves-pod",
    `The path ${path.slice(0, 80)} of pod ${namespace}/${pod} leads out of the pod.`,
  );
}

function kindNamed(name: string): WatchedKind {
  const kind = findKind(name);
  if (kind === undefined) throw new AppError("kind-not-readable", `kubemend does not read objects of kind ${name}.`);
  return kind;
}

async function listObjects(transport: Transport, kind: WatchedKind, options: ListOptions): Promise<KubeObject[]> {
  const { namespace, labelSelector, fieldSelector } = options;
  const read = (item: unknown) => readObject(kind, item);
  const { items } = await listKind(transport, kind, namespace === "" ? undefined : namespace, read, {
    query: { labelSelector, fieldSelector },
  });
  return items.flatMap((object) => object ?? []);
}
