import { describe, expect, test } from "vitest";
import {
  createPrometheusClient,
  type PrometheusClientOptions,
} from "../../../../src/adapters/prometheus/prometheus-client.ts";
import { AppError } from "../../../../src/lib/app-error.ts";
import { type FakeAnswer, httpFake } from "../../../support/http-fake.ts";

const at = Date.parse("2026-11-20T22:00:00Z");
const vector = (...result: object[]) => ({ status: "success", data: { resultType: "vector", result } });

async function ask(answer: FakeAnswer, options: Partial<PrometheusClientOptions> = {}, timeoutMs = 2_000) {
  await using fake = await httpFake(() => answer);
  return await createPrometheusClient({ url: fake.url, ...options }).query("up", { at, timeoutMs });
}

describe("values arrive as what they are", () => {
  test.each([
    { name: "a number", text: "0.25", value: 0.25 },
    { name: "an exponent", text: "1e+06", value: 1_000_000 },
    { name: "+Inf", text: "+Inf", value: Number.POSITIVE_INFINITY },
    { name: "-Inf", text: "-Inf", value: Number.NEGATIVE_INFINITY },
    { name: "NaN", text: "NaN", value: Number.NaN },
    { name: "an empty text is no zero", text: "", value: Number.NaN },
  ])("$name", async ({ text, value }) => {
    const { result } = await ask({ body: vector({ metric: { pod: "a" }, value: [at / 1_000, text] }) });
    expect(result).toEqual([{ labels: { pod: "a" }, at, value }]);
  });

  test("an element of a native histogram has its count and its buckets", async () => {
    const histogram = {
      count: "3",
      sum: "1.5",
      buckets: [
        [0, "0.25", "0.5", "2"],
        [0, "0.5", "1", "1"],
      ],
    };
    const { result } = await ask({
      body: vector({ metric: { a: "1" }, histogram: [1, histogram] }, { metric: { a: "2" }, value: [1, "2"] }),
    });
    const buckets = [
      { upper: 0.5, count: 2 },
      { upper: 1, count: 1 },
    ];
    expect(result).toEqual([
      { labels: { a: "1" }, at: 1_000, value: 3, buckets },
      { labels: { a: "2" }, at: 1_000, value: 2 },
    ]);
  });

  test("a scalar is one element without labels", async () => {
    const { result } = await ask({ body: { status: "success", data: { resultType: "scalar", result: [5, "7"] } } });
    expect(result).toEqual([{ labels: {}, at: 5_000, value: 7 }]);
  });

  test("what the server warns of is handed on", async () => {
    const { warnings } = await ask({
      body: { ...vector(), warnings: ["one store is down"], infos: ["not a counter"] },
    });
    expect(warnings).toEqual(["one store is down", "not a counter"]);
  });

  test("a range query gives each series its points", async () => {
    await using fake = await httpFake(() => ({
      body: {
        status: "success",
        data: {
          resultType: "matrix",
          result: [
            {
              metric: { pod: "a" },
              values: [
                [1, "1"],
                [2, "+Inf"],
              ],
            },
          ],
        },
      },
    }));
    const { result } = await createPrometheusClient({ url: fake.url }).queryRange("up", {
      from: 1_000,
      to: 2_000,
      stepMs: 1_000,
    });
    expect(result).toEqual([
      {
        labels: { pod: "a" },
        points: [
          { at: 1_000, value: 1 },
          { at: 2_000, value: Number.POSITIVE_INFINITY },
        ],
      },
    ]);
    expect(Object.fromEntries(fake.requests[0]?.params ?? [])).toMatchObject({
      start: "1.000",
      end: "2.000",
      step: "1.000",
    });
  });
});

describe("every way to fail has a name, and none of them shows the password", () => {
  const failures: {
    name: string;
    answer: FakeAnswer;
    code: string;
    says?: string;
    options?: Partial<PrometheusClientOptions>;
  }[] = [
    {
      name: "a wrong query",
      answer: { status: 400, body: { status: "error", errorType: "bad_data", error: "parse error at char 3" } },
      code: "prometheus-refused",
      says: "parse error at char 3",
    },
    {
      name: "a query that takes the server too long",
      answer: { status: 422, body: { status: "error", error: "query timed out" } },
      code: "prometheus-refused",
    },
    {
      name: "no credentials",
      answer: { status: 401, type: "text/plain", body: "Unauthorized\n" },
      code: "prometheus-refused",
      says: "401: Unauthorized",
    },
    {
      name: "a proxy without its server",
      answer: { status: 502, type: "text/html", body: "<html><h1>Bad Gateway</h1></html>" },
      code: "prometheus-failed",
      says: "answers 502.",
    },
    {
      name: "a login page",
      answer: { type: "text/html", body: "<!doctype html><title>Sign in</title>" },
      code: "prometheus-not-json",
      says: "a web page",
    },
    { name: "JSON that ends in the middle", answer: { body: '{"status":"succ' }, code: "prometheus-not-json" },
    { name: "nothing at all", answer: { body: "" }, code: "prometheus-empty" },
    {
      name: "JSON of something else",
      answer: { body: { status: "success", data: { version: "3" } } },
      code: "prometheus-unexpected",
    },
    {
      name: "a status of error with 200",
      answer: { body: { status: "error", error: "no" } },
      code: "prometheus-unexpected",
    },
    { name: "a server that hangs", answer: "hang", code: "prometheus-timeout" },
    { name: "a connection that breaks", answer: "drop", code: "prometheus-unreachable" },
    {
      name: "more series than are wanted",
      answer: { body: vector({ metric: {}, value: [1, "1"] }, { metric: {}, value: [1, "1"] }) },
      code: "prometheus-too-many-series",
      options: { maxSeries: 1 },
    },
  ];
  test.each(failures)("$name", async ({ answer, code, says = "", options }) => {
    const error: unknown = await ask(answer, options, answer === "hang" ? 100 : 5_000).then(
      () => "answered",
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) as string });
  });

  test("nobody listens", async () => {
    const fake = await httpFake(() => ({}));
    await fake[Symbol.asyncDispose]();
    const asking = createPrometheusClient({ url: fake.url.replace("//", "//me:hunter2@") }).query("up", { at });
    await expect(asking).rejects.toMatchObject({ code: "prometheus-unreachable" });
    await expect(asking).rejects.toThrow(expect.not.stringContaining("hunter2") as string);
  });

  test("who aborts gets the reason back, not a failure of the server", async () => {
    await using fake = await httpFake(() => "hang");
    const stopping = new AbortController();
    const asking = createPrometheusClient({ url: fake.url }).query("up", { at, signal: stopping.signal });
    stopping.abort(new Error("stopped"));
    await expect(asking).rejects.toThrow("stopped");
  });
});

describe("credentials", () => {
  test.each([
    {
      name: "user and password of the address are sent as basic authentication",
      login: "me:p%40ss@",
      options: {},
      want: `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    },
    { name: "a token goes before them", login: "me:p@", options: { bearerToken: "t" }, want: "Bearer t" },
    { name: "none are made up", login: "", options: {}, want: undefined },
  ])("$name", async ({ login, options, want }) => {
    await using fake = await httpFake(() => ({ body: vector() }));
    const url = `${fake.url.replace("//", `//${login}`)}/prefix`;
    await createPrometheusClient({ url, tenant: "team", ...options }).query("up", { at });
    expect(fake.requests[0]?.headers.authorization).toBe(want);
    expect(fake.requests[0]?.headers["x-scope-orgid"]).toBe("team");
    expect(fake.requests[0]?.path).toBe("/prefix/api/v1/query");
  });
});
