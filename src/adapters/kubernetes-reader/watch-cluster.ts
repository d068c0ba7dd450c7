import type { KubeEvent, KubeObject } from "../../cluster/kubernetes-types.ts";
import type { WatchState } from "../../detection/collect/kubernetes.ts";
import type { Logger } from "../../lib/logger.ts";
import { essentialKinds, eventKind, type WatchedKind, watchedKinds } from "./kinds.ts";
import type { Query, Transport } from "./transport.ts";
import { type WatchHealth, type WatchTiming, watchKind } from "./watch-kind.ts";

export interface WatchClusterOptions {
  /** Empty: the whole cluster. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
  readonly onObject: (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;
  readonly onEvent: (event: KubeEvent) => void;
  /** Told once when everything was listed, and whenever sight is lost or won back. */
  readonly onSight: (sight: { readonly ok: boolean; readonly detail: string }) => void;
  /** Told after each request of each watch how that went. */
  readonly onWatch?: (watch: WatchState) => void;
}

export interface WatchClusterDeps {
  readonly transport: Transport;
  readonly log: Logger;
  readonly timing?: Partial<WatchTiming> | undefined;
  /** Large values of ConfigMaps are wanted too. */
  readonly whole?: boolean;
}

/** More namespaces than this are watched as a whole cluster and sorted out here: each stream is a connection. */
const maxNamespaces = 10;

interface Stream {
  readonly kind: WatchedKind;
  readonly namespace?: string;
  readonly query?: Query;
}

/** Watches every kind until aborted. Kinds that the cluster lacks or forbids are tried again, and do not count as blindness. */
export async function watchCluster(deps: WatchClusterDeps, options: WatchClusterOptions): Promise<void> {
  const { transport, log } = deps;
  const wanted = new Set(options.namespaces);
  const streams = streamsFor(options.namespaces);
  const health = new Map<Stream, WatchHealth>();
  const warned = new Set<string>();
  let told: string | undefined;

  const tellSight = (): void => {
    const blind = streams.filter(
      (stream) => health.get(stream)?.state === "blind" && countsAsBlind(stream, health.get(stream)),
    );
    const settled = streams.every((stream) => health.has(stream));
    if (blind.length === 0 && (!settled || told === "")) return;
    const text = blind.map((stream) => describe(stream, health.get(stream))).join("; ");
    if (text === told) return;
    told = text;
    const detail = text === "" ? `${streams.length} watches` : `kubemend cannot watch ${text.slice(0, 600)}`;
    options.onSight({ ok: text === "", detail });
  };

  const watchOne = async (stream: Stream): Promise<void> => {
    const { kind } = stream;
    const inScope = ({ metadata }: KubeObject): boolean =>
      stream.namespace !== undefined ||
      wanted.size === 0 ||
      metadata.namespace === undefined ||
      wanted.has(metadata.namespace);
    await watchKind({
      transport,
      kind,
      namespace: stream.namespace,
      ...(stream.query && { query: stream.query }),
      ...(deps.timing && { timing: deps.timing }),
      signal: options.signal,
      remember: kind === eventKind ? "versions" : "objects",
      light: deps.whole !== true,
      onChange(change, object) {
        if (kind !== eventKind) {
          if (kind.kind === "Namespace" && wanted.size > 0 && !wanted.has(object.metadata.name)) return;
          if (inScope(object)) options.onObject(change, object);
          // An event that the API forgets says nothing about the cluster.
        } else if (change !== "DELETED" && isInScope(object as KubeEvent, wanted)) options.onEvent(object as KubeEvent);
      },
      onHealth(state) {
        const key = `${kind.plural} ${stream.namespace ?? ""}`;
        if (state.state !== "ok" && (state.status === 403 || state.status === 404) && !warned.has(key)) {
          warned.add(key);
          log.warn(
            {
              resource: kind.plural,
              namespace: stream.namespace,
              status: state.status,
              remedy: remedyFor(kind, state.status),
            },
            "kubernetes.kind-skipped",
          );
        } else if (state.state === "ok" && warned.delete(key)) {
          log.info({ resource: kind.plural, namespace: stream.namespace }, "kubernetes.kind-readable");
        } else if (state.state === "failing")
          log.debug({ resource: kind.plural, error: state.error }, "kubernetes.watch-failed");
        health.set(stream, state);
        options.onWatch?.({
          resource: kind.plural,
          namespace: stream.namespace,
          essential: isEssential(stream),
          ok: state.state === "ok",
          status: state.state === "ok" ? 200 : state.status,
        });
        tellSight();
      },
      onMalformed: (name) => log.warn({ kind: name }, "kubernetes.object-malformed"),
    });
  };
  await Promise.all(streams.map(watchOne));
}

function streamsFor(namespaces: readonly string[]): Stream[] {
  const kinds = [...watchedKinds, eventKind];
  if (namespaces.length === 0 || namespaces.length > maxNamespaces) return kinds.map((kind) => ({ kind }));
  const streams = kinds.flatMap((kind): Stream[] =>
    kind.clusterScoped ? [{ kind }] : namespaces.map((namespace) => ({ kind, namespace })),
  );
  // Events about nodes are kept in the namespace default.
  if (!namespaces.includes("default")) {
    streams.push({ kind: eventKind, namespace: "default", query: { fieldSelector: "involvedObject.kind=Node" } });
  }
  return streams;
}

function isInScope(event: KubeEvent, wanted: ReadonlySet<string>): boolean {
  const { kind, namespace } = event.involvedObject;
  return wanted.size === 0 || kind === "Node" || wanted.has(namespace ?? event.metadata.namespace ?? "");
}

/** Whether nothing works without it. Events about nodes are looked for beside the watched namespaces: rights in these are enough. */
const isEssential = ({ kind, query }: Stream): boolean => essentialKinds.has(kind.kind) && query === undefined;

/** What a cluster does not have, or does not let us see, is no lost sight unless nothing works without it. */
function countsAsBlind(stream: Stream, health: WatchHealth | undefined): boolean {
  if (health === undefined || health.state === "ok") return false;
  return isEssential(stream) || (health.status !== 403 && health.status !== 404);
}

function describe({ kind, namespace }: Stream, health: WatchHealth | undefined): string {
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  const why =
    health === undefined || health.state === "ok"
      ? ""
      : ` (${health.status === 403 ? remedyFor(kind, 403) : health.error})`;
  return `${kind.plural}${where}${why}`;
}

function remedyFor(kind: WatchedKind, status: number): string {
  const group = kind.apiVersion.includes("/") ? kind.apiVersion.split("/")[0] : "";
  if (status === 404) return `the cluster has no ${kind.plural} in ${kind.apiVersion}`;
  return `allow the reader's ServiceAccount to list and watch ${kind.plural} in API group "${group}"`;
}
