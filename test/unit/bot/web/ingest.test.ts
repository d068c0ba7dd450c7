import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import Fastify from "fastify";
import { describe, expect, test } from "vitest";
import { type IngestAnswer, type IngestOptions, ingestRoutes } from "../../../../src/bot/web/ingest.ts";

async function served(options: Partial<IngestOptions> = {}) {
  const seen: { contentType: string; contentEncoding: string; body: Uint8Array }[] = [];
  const alerts: string[] = [];
  const server = Fastify({ bodyLimit: 1_000 });
  await server.register(
    ingestRoutes({
      pushLogs: async (request) => {
        seen.push(request);
        return { outcome: "accepted" };
      },
      notifyAlerts: (body) => {
        alerts.push(body);
        return { outcome: "accepted" };
      },
      ...options,
    }),
  );
  server.post("/other", async (request) => request.body);
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: "POST", headers, body: typeof body === "string" ? body : new Uint8Array(body) });
  return { seen, alerts, post, [Symbol.asyncDispose]: () => server.close() };
}

describe("deliveries over HTTP", () => {
  test("the bytes of a push arrive untouched, with what is said about them", async () => {
    await using web = await served();
    const body = gzipSync(randomBytes(5_000));
    const response = await web.post("/loki/api/v1/push", body, {
      "content-type": "application/x-protobuf",
      "content-encoding": "gzip",
    });
    expect(response.status).toBe(204);
    expect(web.seen).toEqual([{ contentType: "application/x-protobuf", contentEncoding: "gzip", body }]);
  });

  test("without a token nothing is taken where others reach the port, nor from a page in a browser", async () => {
    await using closed = await served({ closed: true });
    await using own = await served();
    for (const path of ["/loki/api/v1/push", "/api/v1/alertmanager"]) {
      const refused = await closed.post(path, "{}");
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("ingest.token")]);
      expect((await own.post(path, "{}", { origin: "https://evil.example" })).status).toBe(403);
      expect((await own.post(path, "{}")).status).toBe(204);
    }
    expect([closed.seen, closed.alerts, own.alerts]).toEqual([[], [], ["{}"]]);
  });

  test("spans are taken as OTLP wants it, and only where they are", async () => {
    await using deaf = await served();
    expect((await deaf.post("/v1/traces", "{}", { "content-type": "application/json" })).status).toBe(404);
    const answers: IngestAnswer[] = [
      { outcome: "accepted" },
      { outcome: "unsupported", detail: "send JSON" },
      { outcome: "not-ready", retryAfterSeconds: 5 },
    ];
    await using web = await served({ pushTraces: async () => answers.shift() ?? { outcome: "accepted" } });
    const send = () => web.post("/v1/traces", "{}", { "content-type": "application/json" });
    const taken = await send();
    expect([taken.status, taken.headers.get("content-type"), await taken.text()]).toEqual([
      200,
      "application/json; charset=utf-8",
      "{}",
    ]);
    expect((await send()).status).toBe(415);
    const later = await send();
    expect([later.status, later.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  test("a push without a body and without a type is handed on as nothing", async () => {
    await using web = await served();
    expect((await web.post("/loki/api/v1/push", "")).status).toBe(204);
    expect(web.seen[0]?.body.length).toBe(0);
  });

  test.each<{
    name: string;
    answer: IngestAnswer;
    status: number;
    /** Where an Alertmanager is answered otherwise: it comes again soon after 5xx alone. */
    alertStatus?: number;
    says?: string;
    retryAfter?: string;
  }>([
    {
      name: "a full queue",
      answer: { outcome: "full", retryAfterSeconds: 5 },
      status: 429,
      alertStatus: 503,
      retryAfter: "5",
    },
    {
      name: "detection that does not run yet",
      answer: { outcome: "not-ready", retryAfterSeconds: 7 },
      status: 503,
      retryAfter: "7",
    },
    {
      name: "nonsense",
      answer: { outcome: "malformed", detail: "the labels of a stream cannot be read" },
      status: 400,
      says: "the labels of a stream cannot be read\n",
    },
    { name: "a bomb", answer: { outcome: "too-large", detail: "too much" }, status: 413, says: "too much\n" },
    { name: "zstd", answer: { outcome: "unsupported", detail: "use gzip" }, status: 415, says: "use gzip\n" },
  ])("$name is answered with $status", async ({
    answer,
    status,
    alertStatus = status,
    says = "",
    retryAfter = null,
  }) => {
    await using web = await served({ pushLogs: async () => answer, notifyAlerts: () => answer });
    for (const path of ["/loki/api/v1/push", "/api/v1/alertmanager"]) {
      const response = await web.post(path, "{}", { "content-type": "application/json" });
      expect([response.status, await response.text(), response.headers.get("retry-after")]).toEqual([
        path === "/api/v1/alertmanager" ? alertStatus : status,
        says,
        retryAfter,
      ]);
    }
  });

  test("more bytes than an agent sends are refused, and other routes keep their own bounds and parsers", async () => {
    await using web = await served();
    expect((await web.post("/loki/api/v1/push", Buffer.alloc(5 * 1024 * 1024))).status).toBe(413);
    expect(web.seen).toEqual([]);
    expect((await web.post("/other", `"${"x".repeat(2_000)}"`, { "content-type": "application/json" })).status).toBe(
      413,
    );
    expect(await (await web.post("/other", '{"a":1}', { "content-type": "application/json" })).json()).toEqual({
      a: 1,
    });
  });

  test("what goes wrong inside is not shown to the sender", async () => {
    await using web = await served({ pushLogs: async () => Promise.reject(new Error("secret path")) });
    const response = await web.post("/loki/api/v1/push", "{}");
    expect([response.status, await response.text()]).toEqual([500, "kubemend could not take this\n"]);
  });
});

test("what is turned away before anybody reads it is told, with why", async () => {
  const told: string[] = [];
  const turnedAway: IngestOptions["turnedAway"] = (why, path) => told.push(`${why} ${path}`);
  await using guarded = await served({ token: "sesame", turnedAway });
  await guarded.post("/api/v1/alertmanager", "{}", { authorization: "Bearer other" });
  await guarded.post("/api/v1/alertmanager", "{}", { authorization: "Bearer sesame" });
  await guarded.post("/loki/api/v1/push", Buffer.alloc(5 * 1024 * 1024), { authorization: "Bearer sesame" });
  await using closed = await served({ closed: true, turnedAway });
  await closed.post("/loki/api/v1/push", "{}");
  expect(told).toEqual(["token /api/v1/alertmanager", "too-large /loki/api/v1/push", "closed /loki/api/v1/push"]);
});

describe("a token, when there is one, is asked of everybody", () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
  test.each([
    { name: "none", authorization: undefined, status: 401 },
    { name: "the wrong one", authorization: "Bearer other", status: 401 },
    { name: "a longer one", authorization: "Bearer sesame1", status: 401 },
    { name: "an empty one", authorization: "Bearer ", status: 401 },
    { name: "as a user's name", authorization: basic("sesame:x"), status: 401 },
    { name: "the right one", authorization: "Bearer sesame", status: 204 },
    { name: "as a password", authorization: basic("agent:sesame"), status: 204 },
  ])("$name: $status", async ({ authorization, status }) => {
    await using web = await served({ token: "sesame" });
    for (const path of ["/loki/api/v1/push", "/api/v1/alertmanager"]) {
      const response = await web.post(path, "{}", authorization === undefined ? {} : { authorization });
      expect(response.status).toBe(status);
    }
    expect([web.seen.length, web.alerts.length]).toEqual(status === 204 ? [1, 1] : [0, 0]);
  });
});
