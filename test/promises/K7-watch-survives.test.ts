import { expect, test, vi } from "vitest";
import { findKind, pathOf } from "../../src/adapters/kubernetes-reader/kinds.ts";
import { listKind } from "../../src/adapters/kubernetes-reader/list-kind.ts";
import { createTransport } from "../../src/adapters/kubernetes-reader/transport.ts";
import { type WatchTiming, watchKind } from "../../src/adapters/kubernetes-reader/watch-kind.ts";
import { full, promised, promiseFigure } from "../support/promise-figure.ts";
import { type ApiFixture, startApiFixture } from "../unit/adapters/kubernetes-reader/api-fixture.ts";
import type { Fault } from "../unit/adapters/kubernetes-reader/faulty-proxy.ts";

/** K7: whatever happens to a watch, a minute later the cache equals a fresh list. In full with the timing of production. */
const withinMs = 60_000;
const times = promised(50, 2);
const hurried: Partial<WatchTiming> = {
  watchSeconds: 2,
  idleMs: 1_500,
  relistMs: 5_000,
  backoffBaseMs: 20,
  backoffCapMs: 200,
  listTimeoutMs: 1_000,
};
const timing = full ? {} : hurried;

/** Where it strikes: the stream that is open, the request for the next one, or the list that everything begins with. */
type Place = "open watch" | "next watch" | "first list";

interface Case {
  readonly name: string;
  readonly places: readonly Place[];
  /** What a request gets. */
  readonly fault: Fault;
  /** What happens to the stream that is open. */
  readonly strike: (proxy: ApiFixture["proxy"]) => void;
}

const errorEvent = JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, message: "too old" } });
const garbage = '\u0000<html>{"type":"ADDED","obj';
const everywhere: readonly Place[] = ["open watch", "next watch", "first list"];
const answered = (code: number): Case => ({
  name: `${code}`,
  places: ["next watch", "first list"],
  fault: { kind: "status", code },
  strike: (proxy) => proxy.cutAll(),
});
const cases: readonly Case[] = [
  ...[410, 401, 403, 500].map(answered),
  { name: "a reset", places: everywhere, fault: { kind: "reset" }, strike: (proxy) => proxy.resetAll() },
  {
    name: "a half-open connection",
    places: everywhere,
    fault: { kind: "half-open" },
    strike: (proxy) => proxy.stallAll(),
  },
  {
    name: "garbage",
    places: everywhere,
    fault: { kind: "inject", line: garbage },
    strike: (proxy) => proxy.writeAll(garbage),
  },
  {
    name: "an ERROR event",
    places: ["open watch", "next watch"],
    fault: { kind: "inject", line: errorEvent },
    strike: (proxy) => proxy.writeAll(errorEvent),
  },
];

const kind = findKind("ConfigMap");
if (kind === undefined) throw new Error("no such kind");

/** One cluster, one watch, one fault, and changes while it lasts. Returns how long the cache was wrong (ms). */
async function survive({ places, fault, strike }: Case, round: number): Promise<number> {
  if (kind === undefined) throw new Error("no such kind");
  const place = places[round % places.length];
  const api = await startApiFixture();
  const stopping = new AbortController();
  const cache = new Map<string, string | undefined>();
  const put = (name: string, n: number) => api.put("ConfigMap", name, { data: { n: String(n) } });
  const versions = (objects: readonly { metadata: { name: string; resourceVersion?: string } }[]) =>
    new Map(objects.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const freshList = async () => {
    // Its own connection, past the fault, which one request has used up.
    const read = (item: unknown) => item as { metadata: { name: string; resourceVersion?: string } };
    const { items } = await listKind(createTransport(api.kubeconfig), kind, "shop", read);
    return versions(items);
  };
  for (let i = 0; i < 5; i++) put(`kept-${i}`, i);
  let struck = 0;
  const once = (wanted: (url: URL) => boolean) => {
    api.proxy.faultFor = (url) => {
      if (struck > 0 || url.pathname !== pathOf(kind, "shop") || !wanted(url)) return { kind: "pass" };
      struck++;
      return fault;
    };
  };
  if (place === "first list") once((url) => !url.searchParams.has("watch"));
  const watching = watchKind({
    transport: createTransport(api.kubeconfig),
    kind,
    namespace: "shop",
    timing,
    signal: stopping.signal,
    onChange(change, { metadata }) {
      if (change === "DELETED") cache.delete(metadata.name);
      else cache.set(metadata.name, metadata.resourceVersion);
    },
    onHealth: () => undefined,
  });
  try {
    const isOpen = () => api.proxy.requests.some((url) => url.searchParams.has("watch"));
    if (place !== "first list") {
      await vi.waitFor(() => expect([cache.size, isOpen()]).toEqual([5, true]), { timeout: 20_000, interval: 20 });
    }
    const from = performance.now();
    if (place === "open watch") {
      strike(api.proxy);
      struck++;
    } else if (place === "next watch") {
      once((url) => url.searchParams.has("watch"));
      api.proxy.cutAll();
    }
    put("kept-1", 100 + round);
    put("new", round);
    api.remove("ConfigMap", "kept-2");
    // Deleted and made again under its old name.
    api.remove("ConfigMap", "kept-3");
    put("kept-3", round);
    const truth = () => api.names("ConfigMap").toSorted();
    await vi.waitFor(
      async () => {
        expect(struck).toBe(1);
        expect([...cache.keys()].toSorted()).toEqual(truth());
        expect(cache).toEqual(await freshList());
      },
      { timeout: withinMs, interval: 100 },
    );
    return performance.now() - from;
  } finally {
    stopping.abort();
    await watching;
    await api.close();
  }
}

test.concurrent.each(cases)(
  `after $name, ${times} times, the cache equals a fresh list within a minute`,
  async (one) => {
    const wrongMs = await Promise.all(Array.from({ length: times }, (_, round) => survive(one, round)));
    expect(wrongMs).toHaveLength(times);
    expect(Math.max(...wrongMs)).toBeLessThanOrEqual(withinMs);
    const worst = `${(Math.max(...wrongMs) / 1_000).toFixed(1)} s`;
    promiseFigure("K7", `${times} x ${one.name}`, `cache equals a fresh list after ${worst} at most`);
  },
  4 * withinMs,
);
