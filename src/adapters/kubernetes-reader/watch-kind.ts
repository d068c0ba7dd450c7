import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { lightConfig, worthCarrying } from "../../cluster/light-config.ts";
import { messageOf } from "../../lib/app-error.ts";
import { backoffMs } from "../../lib/backoff.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import { KubernetesApiError, statusOf } from "./api-error.ts";
import { pathOf, type WatchedKind } from "./kinds.ts";
import { listKind } from "./list-kind.ts";
import { readObject, readWatchLine } from "./read-object.ts";
import type { Query, Transport } from "./transport.ts";

export interface WatchTiming {
  /** The server is asked to end each watch after this, so that a connection without life is found soon. */
  readonly watchSeconds: number;
  /** A watch silent for longer is dead; more than `watchSeconds`. */
  readonly idleMs: number;
  /** A fresh list is compared with what the watch told this often: the cure for everything not thought of. */
  readonly relistMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** Failing for longer than this is blindness. */
  readonly blindMs: number;
  readonly listTimeoutMs: number;
}

const defaultTiming: WatchTiming = {
  watchSeconds: 40,
  idleMs: 45_000,
  relistMs: 300_000,
  backoffBaseMs: 500,
  backoffCapMs: 10_000,
  blindMs: 60_000,
  listTimeoutMs: 30_000,
};

export type WatchHealth =
  | { readonly state: "ok" }
  /** One request failed; the next follows. */
  | { readonly state: "failing"; readonly error: string; readonly status: number }
  /** Failing for `blindMs`. */
  | { readonly state: "blind"; readonly error: string; readonly status: number };

export interface WatchKindOptions {
  readonly transport: Transport;
  readonly kind: WatchedKind;
  readonly namespace?: string | undefined;
  readonly query?: Query;
  readonly timing?: Partial<WatchTiming>;
  readonly signal: AbortSignal;
  /** Objects are remembered to tell what a later list misses; `versions` keeps no objects and tells no such deletions. */
  readonly remember?: "objects" | "versions";
  /** Of large values of ConfigMaps only what is worth carrying is told, and none of them is remembered. */
  readonly light?: boolean;
  readonly onChange: (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;
  readonly onHealth: (health: WatchHealth) => void;
  /** An object without the parts its kind must have was left out. */
  readonly onMalformed?: (kind: string) => void;
  /** Real time: networks do not run on virtual clocks. */
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Keeps a view of one kind equal to the cluster until aborted, whatever happens in between: a watch that ends, is cut,
 * goes silent, or sends garbage is resumed from the last version seen; when that is too old, or resuming fails twice,
 * everything is listed again and the difference told.
 */
export async function watchKind(options: WatchKindOptions): Promise<void> {
  const { transport, kind, namespace, signal, onChange, clock = systemClock } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const path = pathOf(kind, namespace);
  const known = new Map<string, { version: string; object: KubeObject | undefined }>();
  const lightened = (object: KubeObject | undefined) =>
    object && options.light ? lightConfig(object, worthCarrying) : object;
  let version: string | undefined;
  let listedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failingSince: number | undefined;

  const take = (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void => {
    const key = keyOf(object);
    const before = known.get(key);
    if (change === "DELETED") {
      if (known.delete(key)) onChange("DELETED", object);
      return;
    }
    const seen = object.metadata.resourceVersion ?? "";
    if (before?.version === seen) return;
    // Deleted and made again while nobody looked.
    const replaced = before?.object !== undefined && before.object.metadata.uid !== object.metadata.uid;
    if (replaced && before.object) onChange("DELETED", before.object);
    const kept = options.light ? withoutValues(object) : object;
    known.set(key, { version: seen, object: options.remember === "versions" ? undefined : kept });
    onChange(before === undefined || replaced ? "ADDED" : "MODIFIED", object);
  };
  const relist = async (): Promise<void> => {
    const read = (item: unknown) => lightened(readObject(kind, item));
    const { items, resourceVersion } = await listKind(transport, kind, namespace, read, {
      ...(options.query && { query: options.query }),
      timeoutMs: timing.listTimeoutMs,
      signal,
    });
    const present = new Set<string>();
    for (const object of items) {
      if (object === undefined) options.onMalformed?.(kind.kind);
      else {
        present.add(keyOf(object));
        take(known.has(keyOf(object)) ? "MODIFIED" : "ADDED", object);
      }
    }
    for (const [key, { object }] of [...known]) {
      if (present.has(key)) continue;
      known.delete(key);
      if (object !== undefined) onChange("DELETED", object);
    }
    version = resourceVersion;
    listedAt = clock.now();
  };
  const well = (): void => {
    failures = 0;
    failingSince = undefined;
    options.onHealth({ state: "ok" });
  };
  const watch = async (): Promise<void> => {
    const query = {
      ...options.query,
      watch: true,
      resourceVersion: version,
      allowWatchBookmarks: true,
      // Not all at the same moment.
      timeoutSeconds: Math.ceil(timing.watchSeconds * (0.75 + 0.25 * (options.random ?? Math.random)())),
    };
    const startedAt = clock.now();
    let messages = 0;
    const lines = transport.lines(path, {
      query,
      signal,
      idleMs: timing.idleMs,
      maxLineChars: 8 * 1024 * 1024,
      longLines: "fail",
    });
    for await (const line of lines) {
      if (line.trim() === "") continue;
      const message = readLine(kind, path, line);
      if (message.type === "ERROR")
        throw new KubernetesApiError(
          message.code,
          `The watch of ${path} ended with ${message.code}: ${message.message.slice(0, 160)}`,
        );
      messages++;
      if (messages === 1) well();
      version = message.version;
      if (message.type === "BOOKMARK") continue;
      const object = lightened(message.object);
      if (object === undefined) options.onMalformed?.(kind.kind);
      else take(message.type, object);
    }
    // Ended as asked; a server that ends watches at once must not be asked in a loop.
    if (messages === 0 && clock.now() - startedAt < 1_000)
      throw new KubernetesApiError(0, `The watch of ${path} ended at once`);
    well();
  };

  while (!signal.aborted) {
    try {
      if (version === undefined || clock.now() - listedAt >= timing.relistMs) {
        await relist();
        well();
      }
      await watch();
    } catch (error) {
      if (signal.aborted) return;
      const status = statusOf(error) ?? 0;
      failures++;
      failingSince ??= clock.now();
      // A server without room has not lost the version; a whole list would ask more of it than a watch.
      if (status === 410 || (failures >= 2 && status !== 429)) version = undefined;
      const state = clock.now() - failingSince >= timing.blindMs ? "blind" : "failing";
      options.onHealth({ state, error: messageOf(error, 200), status });
      const { backoffBaseMs: baseMs, backoffCapMs: capMs } = timing;
      const waitMs = backoffMs(failures, { baseMs, capMs, ...(options.random && { random: options.random }) });
      await rest(clock, Math.max(waitMs, error instanceof KubernetesApiError ? error.retryAfterMs : 0), signal);
    }
  }
}

function readLine(kind: WatchedKind, path: string, line: string): ReturnType<typeof readWatchLine> {
  try {
    return readWatchLine(kind, line);
  } catch (cause) {
    throw new KubernetesApiError(0, `The watch of ${path} sent something that is no event`, cause);
  }
}

/** Enough of a ConfigMap to tell that it is gone. */
function withoutValues(object: KubeObject): KubeObject {
  if (object.kind !== "ConfigMap") return object;
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, metadata };
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
