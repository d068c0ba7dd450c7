import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findKind } from "../../../../src/adapters/kubernetes-reader/kinds.ts";
import { createTransport } from "../../../../src/adapters/kubernetes-reader/transport.ts";
import {
  type WatchHealth,
  type WatchTiming,
  watchKind,
} from "../../../../src/adapters/kubernetes-reader/watch-kind.ts";
import { type ApiFixture, startApiFixture } from "./api-fixture.ts";
import type { Fault } from "./faulty-proxy.ts";

/** As in production, a hundred times faster. */
const fast: Partial<WatchTiming> = {
  watchSeconds: 1,
  idleMs: 400,
  relistMs: 3_000,
  backoffBaseMs: 5,
  backoffCapMs: 100,
  blindMs: 600,
  listTimeoutMs: 1_000,
};
const configMaps = findKind("ConfigMap");

let api: ApiFixture;
let stopping: AbortController;
let cache: Map<string, unknown>;
let told: string[];
let health: WatchHealth[];
let done: Promise<void>;

beforeEach(async () => {
  api = await startApiFixture();
  stopping = new AbortController();
  cache = new Map();
  told = [];
  health = [];
});

afterEach(async () => {
  stopping.abort();
  await done;
  await api.close();
});

function start(timing: Partial<WatchTiming> = fast): void {
  if (configMaps === undefined) throw new Error("no kind");
  done = watchKind({
    transport: createTransport(api.kubeconfig),
    kind: configMaps,
    namespace: "shop",
    timing,
    signal: stopping.signal,
    onChange(change, object) {
      told.push(`${change} ${object.metadata.name}`);
      if (change === "DELETED") cache.delete(object.metadata.name);
      else cache.set(object.metadata.name, object.data);
    },
    onHealth: (state) => health.push(state),
  });
}

function truth(): Map<string, unknown> {
  const names = api.names("ConfigMap");
  return new Map(names.map((name) => [name, { n: name.split("-")[1] }]));
}

const isEqual = () => vi.waitFor(() => expect(cache).toEqual(truth()), { timeout: 10_000, interval: 10 });
const put = (name: string) => api.put("ConfigMap", name, { data: { n: name.split("-")[1] } });
const isWatch = (url: URL) => url.searchParams.has("watch");

test("tells what is there, what comes, what changes and what goes", async () => {
  put("a-1");
  start();
  await isEqual();
  put("b-2");
  api.put("ConfigMap", "a-1", { data: { n: "1" }, immutable: true });
  api.remove("ConfigMap", "b-2");
  await isEqual();
  await vi.waitFor(() => expect(told).toEqual(["ADDED a-1", "ADDED b-2", "MODIFIED a-1", "DELETED b-2"]));
});

const status = (code: number) =>
  JSON.stringify({ type: "ERROR", object: { kind: "Status", code, message: "injected" } });
const faults: { name: string; fault: Fault }[] = [
  { name: "410", fault: { kind: "status", code: 410 } },
  { name: "401", fault: { kind: "status", code: 401 } },
  { name: "403", fault: { kind: "status", code: 403 } },
  { name: "500", fault: { kind: "status", code: 500 } },
  { name: "429", fault: { kind: "status", code: 429 } },
  { name: "a reset connection", fault: { kind: "reset" } },
  { name: "a connection that is cut inside an event", fault: { kind: "cut", afterBytes: 40 } },
  { name: "a half-open connection", fault: { kind: "half-open" } },
  { name: "garbage", fault: { kind: "inject", line: "<html>not a watch</html>" } },
  { name: "JSON that is no event", fault: { kind: "inject", line: '{"type":"SOMETHING","object":{}}' } },
  { name: "an ERROR event of an expired version", fault: { kind: "inject", line: status(410) } },
  { name: "an ERROR event of a server fault", fault: { kind: "inject", line: status(500) } },
];

describe("the view equals the cluster again after", () => {
  test.each(faults)("$name, ten times over, of watches and of lists", async ({ fault }) => {
    put("start-0");
    start();
    await isEqual();
    for (let i = 1; i <= 10; i++) {
      // Lists suffer what is no matter of watches.
      let broken = 1 + (i % 3);
      api.proxy.faultFor = (url) => {
        const hit = broken > 0 && (isWatch(url) || fault.kind === "status" || fault.kind === "reset");
        if (hit) broken--;
        return hit ? fault : { kind: "pass" };
      };
      api.proxy.cutAll();
      put(`new-${i}`);
      if (i > 2) api.remove("ConfigMap", `new-${i - 2}`);
      await isEqual();
    }
    // Nobody was told twice that the same object came.
    expect(told.filter((line) => line === "ADDED new-5")).toHaveLength(1);
    expect(told.filter((line) => line === "DELETED new-5")).toHaveLength(1);
  });
});

test("what was deleted, or deleted and made again, while nobody could look is told after", async () => {
  put("a-1");
  put("b-2");
  start();
  await isEqual();
  api.proxy.faultFor = () => ({ kind: "status", code: 500 });
  api.proxy.cutAll();
  api.remove("ConfigMap", "a-1");
  api.remove("ConfigMap", "b-2");
  put("b-2");
  api.table.compact();
  await vi.waitFor(() => expect(health.at(-1)?.state).toBe("blind"), { timeout: 10_000 });
  told = [];
  api.proxy.faultFor = () => ({ kind: "pass" });
  await isEqual();
  await vi.waitFor(() => expect(told.sort()).toEqual(["ADDED b-2", "DELETED a-1", "DELETED b-2"]));
});

test("failing for long is blindness, and is over with the first answer", async () => {
  api.proxy.faultFor = () => ({ kind: "reset" });
  start();
  await vi.waitFor(() => expect(health.at(-1)?.state).toBe("blind"), { timeout: 10_000 });
  expect(health[0]?.state).toBe("failing");
  api.proxy.faultFor = () => ({ kind: "pass" });
  await vi.waitFor(() => expect(health.at(-1)?.state).toBe("ok"));
});

test("a resumed watch goes on from the last version, without listing again", async () => {
  put("a-1");
  start({ ...fast, relistMs: 60_000 });
  await isEqual();
  const before = api.proxy.requests.filter((url) => !isWatch(url)).length;
  api.proxy.cutAll();
  put("b-2");
  await isEqual();
  expect(api.proxy.requests.filter((url) => !isWatch(url)).length).toBe(before);
});

test("a server without room is asked again when it said, and for a watch: it has not lost the version", async () => {
  put("a-1");
  start({ ...fast, relistMs: 60_000 });
  await isEqual();
  const lists = () => api.proxy.requests.filter((url) => !isWatch(url)).length;
  const before = lists();
  let refused = 3;
  const asked: number[] = [];
  api.proxy.faultFor = () => {
    asked.push(performance.now());
    return refused-- > 0
      ? { kind: "status", code: 429, ...(refused === 2 ? { retryAfter: "1" } : {}) }
      : { kind: "pass" };
  };
  api.proxy.cutAll();
  put("b-2");
  await isEqual();
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThan(900);
  expect(lists()).toBe(before);
});

test("a server that ends every watch at once is not asked in a loop", async () => {
  api.proxy.faultFor = (url) => (isWatch(url) ? { kind: "status", code: 204 } : { kind: "pass" });
  start({ ...fast, backoffBaseMs: 200, backoffCapMs: 200 });
  await vi.waitFor(() => expect(api.proxy.requests.length).toBeGreaterThan(3), { timeout: 10_000 });
  const before = { at: performance.now(), requests: api.proxy.requests.length };
  await vi.waitFor(() => expect(performance.now() - before.at).toBeGreaterThan(1_000), { timeout: 5_000 });
  // With a mean wait of 100 ms, and a list for each watch: some twenty, not thousands.
  expect(api.proxy.requests.length - before.requests).toBeLessThan(80);
});
