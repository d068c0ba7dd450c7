import { expect, test } from "vitest";
import { deliveriesCheck } from "../../../src/cli/doctor/deliveries.ts";
import { lokiCheck } from "../../../src/cli/doctor/loki.ts";
import { natsCheck } from "../../../src/cli/doctor/nats.ts";
import { prometheusCheck } from "../../../src/cli/doctor/prometheus.ts";
import { webCheck } from "../../../src/cli/doctor/web.ts";
import { configSchema } from "../../../src/config/config.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { deadUrl } from "../../support/actor-cluster.ts";
import { type FakeAnswer, httpFake } from "../../support/http-fake.ts";

const streams = (lines: readonly string[]): FakeAnswer => ({
  body: {
    status: "success",
    data: {
      resultType: "streams",
      result: lines.map((line) => ({ stream: { namespace: "shop" }, values: [["1700000000000000000", line]] })),
    },
  },
});

test.each<{ name: string; answer: FakeAnswer; want: string }>([
  { name: "lines", answer: streams(["hello"]), want: "ok" },
  { name: "no lines, so the selector or the tenant is wrong", answer: streams([]), want: "failed" },
  { name: "a refusal", answer: { status: 401, type: "text/plain", body: "no org id" }, want: "failed" },
  { name: "a web page", answer: { type: "text/html", body: "<html></html>" }, want: "failed" },
])("a Loki that answers with $name: $want", async ({ answer, want }) => {
  await using loki = await httpFake(() => answer);
  const config = configSchema.parse({
    logs: { source: "loki" },
    loki: { url: loki.url, token: "s3cret", tenant: "team-a", query: '{app="x"}' },
  });
  const result = await lokiCheck(config).run();
  expect(result.state).toBe(want);
  expect(result.state === "failed" ? result.remedy : "").not.toContain("s3cret");
  const [request] = loki.requests;
  expect(request?.headers).toMatchObject({ authorization: "Bearer s3cret", "x-scope-orgid": "team-a" });
  expect(request?.params.get("query")).toBe('{app="x"}');
});

test("a Loki that is away fails; one that is not used is a choice", async () => {
  const away = configSchema.parse({ logs: { source: "loki" }, loki: { url: await deadUrl() } });
  expect((await lokiCheck(away).run()).state).toBe("failed");
  expect((await lokiCheck(configSchema.parse({})).run()).state).toBe("off");
  expect((await lokiCheck(configSchema.parse({ logs: { source: "push" } })).run()).detail).toContain("push");
});

test("the Prometheus check names the tenant that a Mimir asks for", async () => {
  await using mimir = await httpFake(({ headers }) =>
    headers["x-scope-orgid"] === "team-a"
      ? { body: { status: "success", data: { version: "2.17.0" } } }
      : { status: 401, body: "no org id" },
  );
  const check = (tenant?: string) =>
    prometheusCheck(configSchema.parse({ prometheus: { url: mimir.url, ...(tenant ? { tenant } : {}) } })).run();
  expect(await check("team-a")).toMatchObject({ state: "ok" });
  expect(await check()).toMatchObject({ state: "failed", remedy: expect.stringContaining("prometheus.tenant") });
});

test("the Prometheus check carries the token, and says when it is refused", async () => {
  await using prometheus = await httpFake(({ headers }) =>
    headers.authorization === "Bearer right"
      ? { body: { status: "success", data: { version: "3.5.0" } } }
      : { status: 401, body: "" },
  );
  const check = (token: string) =>
    prometheusCheck(configSchema.parse({ prometheus: { url: prometheus.url, token } })).run();
  expect(await check("right")).toMatchObject({ state: "ok" });
  expect(await check("wrong")).toMatchObject({ state: "failed", remedy: expect.stringContaining("PROMETHEUS_TOKEN") });
});

test("tokens come from the environment, and Loki without an address is refused by name", async () => {
  const env = {
    PROMETHEUS_TOKEN: "p",
    LOKI_TOKEN: "l",
    LOKI_URL: "http://loki:3100",
    KUBEMEND_INGEST_TOKEN: "i",
  };
  const config = await loadConfig(undefined, env);
  expect([config.prometheus.token, config.loki.token, config.loki.url, config.ingest.token]).toEqual([
    "p",
    "l",
    "http://loki:3100",
    "i",
  ]);
  expect(() => configSchema.parse({ logs: { source: "loki" } })).toThrow(/loki/);
  expect(configSchema.safeParse({ prometheus: { labels: { pod: "no-such" } } }).success).toBe(false);
});

test("the port of the pages: free, ours already, somebody else's, no address of this machine", async () => {
  const at = (url: string) =>
    webCheck({ web: configSchema.parse({ web: { port: Number(new URL(url).port) } }).web }).run();
  expect(await at(await deadUrl())).toMatchObject({ state: "ok", detail: expect.stringContaining("is free") });
  await using ours = await httpFake(() => ({ type: "text/plain", body: "kubemend_detection_ticks_total 1\n" }));
  expect(await at(ours.url)).toMatchObject({ state: "ok", detail: expect.stringContaining("already") });
  await using other = await httpFake(() => ({ body: "x" }));
  expect(await at(other.url)).toMatchObject({ state: "failed", remedy: expect.stringContaining("web.port") });
  const elsewhere = configSchema.parse({ web: { host: "192.0.2.1", port: 0 } });
  expect(await webCheck(elsewhere).run()).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("192.0.2.1"),
  });
});

test("a NATS that is away fails; one that is not used is a choice", async () => {
  const { host } = new URL(await deadUrl());
  const away = configSchema.parse({ logs: { source: "nats" }, nats: { url: `nats://${host}` } });
  expect(await natsCheck(away).run()).toMatchObject({ state: "failed", remedy: expect.stringContaining("NATS_URL") });
  expect((await natsCheck(configSchema.parse({})).run()).state).toBe("off");
});

test.each<{ name: string; settings: object; state: string; detail: string }>([
  { name: "by default from this machine", settings: {}, state: "ok", detail: "this machine only" },
  { name: "in a pod from nobody", settings: { web: { host: "0.0.0.0" } }, state: "off", detail: "from nobody" },
  {
    name: "in a pod that wants logs pushed from nobody, which is a fault",
    settings: { web: { host: "0.0.0.0" }, logs: { source: "push" } },
    state: "failed",
    detail: "nobody may deliver",
  },
  {
    name: "with a token from who has it",
    settings: { web: { host: "0.0.0.0" }, logs: { source: "push" }, ingest: { token: "sesame" } },
    state: "ok",
    detail: "has the token",
  },
  {
    name: "from anybody where that is said",
    settings: { web: { host: "0.0.0.0" }, ingest: { open: true } },
    state: "ok",
    detail: "anybody",
  },
])("deliveries are taken $name", async ({ settings, state, detail }) => {
  const found = await deliveriesCheck(configSchema.parse(settings)).run();
  expect(found).toMatchObject({ state, detail: expect.stringContaining(detail) });
});
