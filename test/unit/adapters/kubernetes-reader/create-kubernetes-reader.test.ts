import { type Logger, pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createKubernetesReader,
  type KubernetesReader,
} from "../../../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import type { KubeEvent, KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import { type ServedRecording, serveRecording } from "../../../../src/replay/serve.ts";
import { recordingFolder } from "../../replay/player/played-world.ts";
import { type ApiFixture, startApiFixture } from "./api-fixture.ts";

function logInto(lines: Record<string, unknown>[]): Logger {
  return pino({ level: "warn", messageKey: "event" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
}

describe("a recorded cluster", () => {
  let served: ServedRecording;
  let reader: KubernetesReader;

  beforeEach(async () => {
    served = await serveRecording({ recording: recordingFolder("sock-shop-06"), speed: 1 });
    reader = createKubernetesReader({ kubeconfig: served.kubeconfig, log: logInto([]) });
    served.clock.jumpTo(Date.parse("2026-11-20T23:40:00Z"));
    await vi.waitFor(async () =>
      expect((await reader.listEvents({ namespace: "sock-shop" })).length).toBeGreaterThan(5),
    );
  });
  afterEach(async () => {
    await served.close();
  });

  test("gives single objects, with kind and times as text", async () => {
    const carts = await reader.get({ kind: "Service", namespace: "sock-shop", name: "carts" });
    expect(carts).toMatchObject({ apiVersion: "v1", kind: "Service", spec: { selector: { app: "cart" } } });
    expect(typeof carts?.metadata.creationTimestamp).toBe("string");
    expect(await reader.get({ kind: "Service", namespace: "sock-shop", name: "nothing" })).toBeUndefined();
    // An empty namespace would mean all of them.
    expect(await reader.get({ kind: "Service", name: "carts" })).toBeUndefined();
  });
  test("lists with selectors, and tells items apart from their list", async () => {
    const pods = await reader.list("Pod", { namespace: "sock-shop", labelSelector: "app=catalogue" });
    expect(pods.map(({ kind }) => kind)).toEqual(["Pod", "Pod"]);
  });
  test("refuses kinds that it must not read", async () => {
    await expect(reader.list("Secret", { namespace: "sock-shop" })).rejects.toThrow(
      "does not read objects of kind Secret",
    );
  });
  test("events about one object", async () => {
    const events = await reader.listEvents({
      namespace: "sock-shop",
      object: { kind: "CronJob", namespace: "sock-shop", name: "stock-sync" },
    });
    expect(events.length).toBeGreaterThan(0);
    expect(events.every(({ involvedObject }) => involvedObject.name === "stock-sync")).toBe(true);
  });
  test("the rollout history of a Deployment, newest first", async () => {
    const history = await reader.rolloutHistory({ kind: "Deployment", namespace: "sock-shop", name: "orders" });
    expect(history.length).toBeGreaterThan(1);
    expect(history.map(({ revision }) => revision)).toEqual(
      history.map(({ revision }) => revision).toSorted((a, b) => b - a),
    );
    expect(history[0]?.template.spec.containers[0]?.image).toContain("orders");
    expect(await reader.rolloutHistory({ kind: "Pod", namespace: "sock-shop", name: "x" })).toEqual([]);
  });
  test("metrics of nodes and of pods", async () => {
    const [pod] = await reader.list("Pod", { namespace: "sock-shop", labelSelector: "app=frontend" });
    const endpoint = {
      namespace: "sock-shop",
      pod: pod?.metadata.name ?? "",
      path: "/metrics",
      scheme: "http",
    } as const;
    expect(await reader.nodeMetrics("node-1", "cadvisor")).toContain(
      'container_memory_working_set_bytes{container="frontend"',
    );
    expect(await reader.nodeMetrics("node-1", "resource")).toContain("container_start_time_seconds{");
    expect(await reader.podMetrics({ ...endpoint, port: 8080 })).toContain("http_requests_total{");
    await expect(reader.podMetrics({ ...endpoint, port: 9999 })).rejects.toMatchObject({ status: 503 });
    await expect(reader.podMetrics({ ...endpoint, pod: "gone", port: 8080 })).rejects.toMatchObject({ status: 404 });
  });
  test("the version of the server", async () => {
    expect(await reader.version()).toMatch(/^v1\.\d+/);
  });
});

describe("watching a cluster", () => {
  let api: ApiFixture;
  let stopping: AbortController;
  let warnings: Record<string, unknown>[];
  let seen: { objects: string[]; events: string[]; sights: { ok: boolean; detail: string }[] };
  let done: Promise<void>;

  beforeEach(async () => {
    api = await startApiFixture();
    stopping = new AbortController();
    warnings = [];
    seen = { objects: [], events: [], sights: [] };
    api.put("Pod", "web", { spec: { containers: [{ name: "web" }] } });
    api.put("Event", "web.1", { involvedObject: { kind: "Pod", namespace: "shop", name: "web" }, reason: "BackOff" });
  });
  afterEach(async () => {
    stopping.abort();
    await done;
    await api.close();
  });

  function watch(namespaces: readonly string[]): void {
    const reader = createKubernetesReader({
      kubeconfig: api.kubeconfig,
      log: logInto(warnings),
      timing: { watchSeconds: 2, idleMs: 3_000, backoffBaseMs: 5, backoffCapMs: 50, blindMs: 300 },
    });
    done = reader.watch({
      namespaces,
      signal: stopping.signal,
      onObject: (change, { kind, metadata }: KubeObject) => seen.objects.push(`${change} ${kind} ${metadata.name}`),
      onEvent: (event: KubeEvent) => seen.events.push(event.reason ?? ""),
      onSight: (sight) => seen.sights.push(sight),
    });
  }

  test("tells objects and events of its namespaces, and once that all is in sight", async () => {
    watch(["shop", "other"]);
    await vi.waitFor(() => expect(seen).toMatchObject({ objects: ["ADDED Pod web"], events: ["BackOff"] }));
    await vi.waitFor(() => expect(seen.sights.map(({ ok }) => ok)).toEqual([true]));
    expect(api.proxy.requests.some(({ pathname }) => pathname.includes("secrets"))).toBe(false);
  });

  test("a kind that is forbidden is skipped with the missing right named, and watched when it is given", async () => {
    const denied = (url: URL) => url.pathname.includes("resourcequotas");
    api.proxy.faultFor = (url) => (denied(url) ? { kind: "status", code: 403 } : { kind: "pass" });
    api.put("ResourceQuota", "limits");
    watch([]);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toMatchObject({
      event: "kubernetes.kind-skipped",
      resource: "resourcequotas",
      status: 403,
      remedy: expect.stringContaining("list and watch resourcequotas"),
    });
    await vi.waitFor(() => expect(seen.sights).toEqual([{ ok: true, detail: expect.any(String) }]));
    api.proxy.faultFor = () => ({ kind: "pass" });
    await vi.waitFor(() => expect(seen.objects).toContain("ADDED ResourceQuota limits"));
    expect(seen.sights).toHaveLength(1);
  });

  test("rights in the watched namespaces alone are enough to see", async () => {
    api.proxy.faultFor = ({ pathname }) =>
      pathname.includes("/namespaces/shop/") ? { kind: "pass" } : { kind: "status", code: 403 };
    watch(["shop"]);
    await vi.waitFor(() => expect(seen).toMatchObject({ objects: ["ADDED Pod web"], events: ["BackOff"] }));
    // Refused for longer than what counts as blindness.
    const elsewhere = () => api.proxy.requests.filter(({ pathname }) => pathname.endsWith("/default/events"));
    await vi.waitFor(() => expect(elsewhere().length).toBeGreaterThan(25), { timeout: 10_000 });
    expect(seen.sights.map(({ ok }) => ok)).toEqual([true]);
    expect(warnings).toContainEqual(expect.objectContaining({ resource: "events", namespace: "default", status: 403 }));
  });

  test("not being allowed to see pods is blindness, with the remedy", async () => {
    api.proxy.faultFor = ({ pathname }) =>
      pathname.endsWith("/pods") ? { kind: "status", code: 403 } : { kind: "pass" };
    watch(["shop"]);
    await vi.waitFor(
      () =>
        expect(seen.sights.at(-1)).toMatchObject({
          ok: false,
          detail: expect.stringContaining('list and watch pods in API group ""'),
        }),
      { timeout: 10_000 },
    );
  });

  test("a server that is gone is blindness, one that is back is sight", async () => {
    watch(["shop"]);
    await vi.waitFor(() => expect(seen.sights).toHaveLength(1));
    api.proxy.faultFor = () => ({ kind: "reset" });
    api.proxy.cutAll();
    await vi.waitFor(() => expect(seen.sights.at(-1)?.ok).toBe(false), { timeout: 10_000 });
    api.proxy.faultFor = () => ({ kind: "pass" });
    await vi.waitFor(() => expect(seen.sights.at(-1)?.ok).toBe(true), { timeout: 10_000 });
  });

  test("objects without the parts of their kind are left out", async () => {
    api.put("Pod", "odd", { spec: {} });
    watch(["shop"]);
    await vi.waitFor(() =>
      expect(warnings).toContainEqual(expect.objectContaining({ event: "kubernetes.object-malformed", kind: "Pod" })),
    );
    await vi.waitFor(() => expect(seen.objects).toEqual(["ADDED Pod web"]));
  });
});
