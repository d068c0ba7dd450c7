import { describe, expect, test } from "vitest";
import { modelCheck } from "../../../src/cli/doctor/model.ts";
import { whyNoAnswer } from "../../../src/cli/doctor/no-answer.ts";
import { prometheusCheck } from "../../../src/cli/doctor/prometheus.ts";
import { proxyNotUsed } from "../../../src/cli/doctor/proxy-note.ts";
import { configSchema } from "../../../src/config/config.ts";
import { deadUrl } from "../../support/actor-cluster.ts";
import { type FakeAnswer, httpFake } from "../../support/http-fake.ts";

/** As undici and the clients above it throw: what happened is the innermost cause. */
const thrown = (code: string, message = code) =>
  new Error("Connection error.", {
    cause: new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) }),
  });

describe("why a service does not answer is said in words, with what helps", () => {
  test.each([
    { code: "ECONNREFUSED", why: /nothing listens there/, remedy: /host and port in X_URL/ },
    { code: "ENOTFOUND", why: /name that is not known/, remedy: /<service>\.<namespace>\.svc/ },
    { code: "EAI_AGAIN", why: /name that is not known/, remedy: /host in X_URL/ },
    { code: "UND_ERR_CONNECT_TIMEOUT", why: /in time/, remedy: /firewall/ },
    { code: "ETIMEDOUT", why: /in time/, remedy: /firewall/ },
    { code: "DEPTH_ZERO_SELF_SIGNED_CERT", why: /not trusted/, remedy: /NODE_EXTRA_CA_CERTS/ },
    { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", why: /not trusted/, remedy: /NODE_EXTRA_CA_CERTS/ },
    { code: "CERT_HAS_EXPIRED", why: /not valid now/, remedy: /clock/ },
    { code: "ERR_TLS_CERT_ALTNAME_INVALID", why: /another name/, remedy: /name into X_URL/ },
    { code: "ECONNRESET", message: "socket hang up", why: /socket hang up/, remedy: /network policy/ },
    { code: "ERR_SSL_WRONG_VERSION_NUMBER", message: "wrong version number", why: /no TLS/, remedy: /http:\/\// },
  ])("$code", ({ code, message, why, remedy }) => {
    const told = whyNoAnswer(thrown(code, message), "X_URL");
    expect(told.why).toMatch(why);
    expect(told.remedy).toMatch(remedy);
  });
});

test("a Prometheus with a user and a password in its address is asked as the watcher asks, and the password is not shown", async () => {
  await using prometheus = await httpFake(({ headers }) =>
    headers.authorization === `Basic ${Buffer.from("ann:s3cret").toString("base64")}`
      ? { body: { status: "success", data: { version: "3.5.0" } } }
      : { status: 401, body: "" },
  );
  const at = (url: string) => prometheusCheck(configSchema.parse({ prometheus: { url } })).run();
  const withUser = (url: string, user: string) => url.replace("//", `//${user}@`);
  const right = await at(withUser(prometheus.url, "ann:s3cret"));
  expect(right).toEqual({ state: "ok", detail: `version 3.5.0 at ${prometheus.url}` });
  expect(await at(withUser(prometheus.url, "ann:wr0ng"))).toMatchObject({
    state: "failed",
    remedy: expect.stringContaining("PROMETHEUS_TOKEN"),
  });
  const away = await at(withUser(await deadUrl(), "ann:s3cret"));
  expect(away).toMatchObject({ state: "failed", detail: expect.stringContaining("nothing listens there") });
  expect(JSON.stringify([right, away])).not.toContain("s3cret");
});

test.each<{ name: string; answer: FakeAnswer; key?: string; detail: RegExp; remedy: RegExp }>([
  {
    name: "a web page under 200",
    answer: { type: "text/html", body: "<html>" },
    detail: /not like OpenAI/,
    remedy: /\/v1/,
  },
  { name: "401 with a key", answer: { status: 401, body: {} }, key: "k", detail: /refuses the key/, remedy: /Check/ },
  { name: "401 without one", answer: { status: 401, body: {} }, detail: /wants a key/, remedy: /Set OPENAI_API_KEY/ },
  {
    name: "429",
    answer: { status: 429, body: { error: { message: "quota" } } },
    detail: /no more requests/,
    remedy: /limits/,
  },
  { name: "404", answer: { status: 404, body: {} }, detail: /no model m at/, remedy: /KUBEMEND_MODEL/ },
])("a model's server that answers with $name", async ({ answer, key, detail, remedy }) => {
  await using server = await httpFake(() => answer);
  const config = configSchema.parse({ model: { baseUrl: server.url, name: "m", ...(key ? { apiKey: key } : {}) } });
  expect(await modelCheck(config).run()).toMatchObject({
    state: "failed",
    detail: expect.stringMatching(detail),
    remedy: expect.stringMatching(remedy),
  });
});

test("a model's server that is away, and one that has the model", async () => {
  const at = (baseUrl: string) => modelCheck(configSchema.parse({ model: { baseUrl, name: "m" } })).run();
  expect(await at(await deadUrl())).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("nothing listens"),
  });
  await using server = await httpFake(() => ({ body: { id: "m", object: "model" } }));
  expect(await at(server.url)).toEqual({ state: "ok", detail: `m at ${server.url}` });
});

test.each([
  { env: { HTTPS_PROXY: "http://p:3128" }, told: "HTTPS_PROXY" },
  { env: { https_proxy: "http://p:3128" }, told: "https_proxy" },
  { env: { HTTPS_PROXY: "http://p:3128", NODE_USE_ENV_PROXY: "1" }, told: undefined },
  { env: { HTTPS_PROXY: "http://p:3128", NODE_OPTIONS: "--use-env-proxy" }, told: undefined },
  { env: {}, told: undefined },
])("a proxy that Node was not told to use is told of: $env", ({ env, told }) => {
  expect(proxyNotUsed(env)).toBe(told);
});
