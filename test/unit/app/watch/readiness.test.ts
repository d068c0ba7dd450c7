import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createKubernetesReader } from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { addWatchMetrics } from "../../../../src/app/metrics/watch-metrics.ts";
import { createWatchBook, type WatchBook } from "../../../../src/app/sources/watch-book.ts";
import { createKeeping } from "../../../../src/app/watch/keeping.ts";
import { createReadiness } from "../../../../src/app/watch/readiness.ts";
import { startWeb } from "../../../../src/bot/web/server.ts";
import type { WatchState } from "../../../../src/detection/collect/kubernetes.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import type { Database } from "../../../../src/store/database.ts";
import { type ApiFixture, startApiFixture } from "../../adapters/kubernetes-reader/api-fixture.ts";

const pods: WatchState = { resource: "pods", essential: true, ok: true, status: 200 };
const databaseThat = (answers: boolean) =>
  ({
    pool: { query: async () => (answers ? { rows: [] } : Promise.reject(new Error("away"))) },
  }) as unknown as Database;

/** What a probe hears. */
async function asked(readiness: ReturnType<typeof createReadiness>, path: string) {
  await using web = await startWeb({
    host: "127.0.0.1",
    port: 0,
    readiness: readiness.checks,
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    log: silentLogger,
  });
  const response = await fetch(`${web.url}${path}`);
  return { status: response.status, text: await response.text() };
}

describe("ready is who ticks and reaches the database; who is blind says so and serves people", () => {
  const readinessOf = (states: readonly WatchState[], database = true) =>
    createReadiness({ database: databaseThat(database), tickMs: 15_000, watches: { states } });

  test.each<{
    name: string;
    states: readonly WatchState[];
    database?: boolean;
    status: number;
    text: string;
    verbose: string;
  }>([
    {
      name: "all is well",
      states: [pods],
      status: 200,
      text: "ok\n",
      verbose: "[+]detection ok: ticks\n[+]database ok: answers\n[+]kubernetes ok: 1 watches\nreadyz check passed\n",
    },
    {
      name: "the API server refuses what nothing works without",
      states: [{ ...pods, ok: false, status: 403 }],
      status: 200,
      text: "ok\n",
      verbose:
        "[+]detection ok: ticks\n[+]database ok: answers\n[-]kubernetes failed: the API server is not seen: pods refused with 403 (does not count)\nreadyz check passed\n",
    },
    {
      name: "it does not answer",
      states: [{ ...pods, ok: false, status: 0 }],
      status: 200,
      text: "ok\n",
      verbose:
        "[+]detection ok: ticks\n[+]database ok: answers\n[-]kubernetes failed: the API server is not seen: pods without an answer (does not count)\nreadyz check passed\n",
    },
    {
      name: "a kind that may be missing is forbidden",
      states: [pods, { resource: "ingresses", essential: false, ok: false, status: 403 }],
      status: 200,
      text: "ok\n",
      verbose: "[+]detection ok: ticks\n[+]database ok: answers\n[+]kubernetes ok: 2 watches\nreadyz check passed\n",
    },
    {
      name: "the database is away",
      states: [pods],
      database: false,
      status: 503,
      text: "the database does not answer\n",
      verbose:
        "[+]detection ok: ticks\n[-]database failed: the database does not answer\n[+]kubernetes ok: 1 watches\nreadyz check failed\n",
    },
  ])("$name", async ({ states, database, status, text, verbose }) => {
    const readiness = readinessOf(states, database);
    expect(await asked(readiness, "/readyz")).toEqual({ status, text });
    expect(await asked(readiness, "/readyz?verbose")).toEqual({ status, text: verbose });
    expect(await readiness.notReady()).toBe(status === 200 ? undefined : text.trim());
    expect(await asked(readiness, "/healthz")).toMatchObject({ status: 200 });
  });
});

test("a database that answers and takes nothing is told after a minute, until it takes something", async () => {
  let now = 0;
  const keeping = createKeeping(() => now);
  const readiness = createReadiness({ database: databaseThat(true), tickMs: 15_000, watches: { states: [] }, keeping });
  keeping.note("could not extend file: No space left on device");
  expect(await readiness.notReady()).toBeUndefined();
  for (now = 15_000; now <= 60_000; now += 15_000) keeping.note("could not extend file: No space left on device");
  expect(await readiness.notReady()).toBe(
    "what is found cannot be written down: could not extend file: No space left on device",
  );
  keeping.note(undefined);
  expect(await readiness.notReady()).toBeUndefined();
});

describe("what the API server refuses is told", () => {
  let api: ApiFixture;
  let book: WatchBook;
  let registry: Registry;
  let done: Promise<void>;
  let stopping: AbortController;

  beforeEach(async () => {
    api = await startApiFixture();
    book = createWatchBook();
    registry = new Registry();
    addWatchMetrics(registry, book);
    stopping = new AbortController();
  });
  afterEach(async () => {
    stopping.abort();
    await done;
    await api.close();
  });

  function watch(): void {
    const reader = createKubernetesReader({
      kubeconfig: api.kubeconfig,
      log: silentLogger,
      timing: { watchSeconds: 2, idleMs: 3_000, backoffBaseMs: 5, backoffCapMs: 50, blindMs: 300 },
    });
    const { signal } = stopping;
    const nothing = () => undefined;
    done = book.noted(reader).watch({ namespaces: [], signal, onObject: nothing, onEvent: nothing, onSight: nothing });
  }
  const lines = async (name: string) => (await registry.metrics()).split("\n").filter((line) => line.startsWith(name));

  test.each([
    { name: "a role that was taken away", code: 403 },
    { name: "a token that has expired", code: 401 },
  ])("$name, until it is given back", async ({ code }) => {
    api.proxy.faultFor = (url) => (url.pathname.endsWith("/pods") ? { kind: "status", code } : { kind: "pass" });
    watch();
    await vi.waitFor(async () =>
      expect(await lines("kubemend_watches_down")).toEqual([
        `kubemend_watches_down{resource="pods",status="${code}",essential="true"} 1`,
      ]),
    );
    await vi.waitFor(async () =>
      expect((await lines("kubemend_watch_failures_total")).join()).toContain(`resource="pods",status="${code}"`),
    );
    const readiness = createReadiness({ database: databaseThat(true), tickMs: 15_000, watches: book });
    expect(await asked(readiness, "/readyz?verbose")).toMatchObject({
      status: 200,
      text: expect.stringContaining(`[-]kubernetes failed: the API server is not seen: pods refused with ${code}`),
    });
    api.proxy.faultFor = () => ({ kind: "pass" });
    await vi.waitFor(async () => expect(await lines("kubemend_watches_down")).toEqual([]));
    expect(await asked(readiness, "/readyz?verbose")).toMatchObject({ text: expect.stringContaining("[+]kubernetes") });
  });
});
