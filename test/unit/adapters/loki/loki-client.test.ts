import { describe, expect, test } from "vitest";
import { createLokiClient } from "../../../../src/adapters/loki/loki-client.ts";
import { type FakeAnswer, httpFake } from "../../../support/http-fake.ts";

const streams = (...result: object[]) => ({ status: "success", data: { resultType: "streams", result } });
const range = { fromNs: 1_700_000_000_000_000_001n, toNs: 1_700_000_001_000_000_000n, limit: 10 };

async function ask(answer: FakeAnswer, timeoutMs = 5_000) {
  await using fake = await httpFake(() => answer);
  return await createLokiClient({ url: fake.url }).lines('{namespace="shop"}', { ...range, timeoutMs });
}

describe("lines of Loki", () => {
  test("come in order over all streams, with every nanosecond, and whatever else an entry holds", async () => {
    const lines = await ask({
      body: streams(
        { stream: { pod: "b" }, values: [["1700000000000000003", "third"]] },
        {
          stream: { pod: "a" },
          values: [
            ["1700000000000000001", "first", { trace: "x" }],
            ["1700000000000000002", "second"],
          ],
        },
      ),
    });
    expect(lines.map(({ line, timeNs }) => `${line} ${timeNs % 10n}`)).toEqual(["first 1", "second 2", "third 3"]);
    expect(lines[0]?.labels).toEqual({ pod: "a" });
  });

  test("are asked for forward, by nanoseconds, for one tenant", async () => {
    await using fake = await httpFake(() => ({ body: streams() }));
    await createLokiClient({ url: `${fake.url}/prefix/`, tenant: "team", bearerToken: "t" }).lines("{a=~`.+`}", range);
    const [request] = fake.requests;
    expect(request?.path).toBe("/prefix/loki/api/v1/query_range");
    expect(Object.fromEntries(request?.params ?? [])).toEqual({
      query: "{a=~`.+`}",
      start: "1700000000000000001",
      end: "1700000001000000000",
      limit: "10",
      direction: "forward",
    });
    expect(request?.headers).toMatchObject({ "x-scope-orgid": "team", authorization: "Bearer t" });
  });

  test.each([
    {
      name: "a wrong selector",
      answer: { status: 400, type: "text/plain", body: "parse error : queries require at least one matcher" },
      code: "loki-refused",
    },
    {
      name: "too many requests",
      answer: { status: 429, type: "text/plain", body: "too many outstanding requests" },
      code: "loki-refused",
    },
    { name: "a crash", answer: { status: 500, body: "panic" }, code: "loki-failed" },
    { name: "a login page", answer: { type: "text/html", body: "<html>" }, code: "loki-not-json" },
    {
      name: "metrics instead of lines",
      answer: { body: { status: "success", data: { resultType: "matrix", result: [] } } },
      code: "loki-unexpected",
    },
    {
      name: "a time that is none",
      answer: { body: streams({ stream: {}, values: [["now", "x"]] }) },
      code: "loki-unexpected",
    },
    { name: "more than fits", answer: { body: `"${"x".repeat(33 * 1024 * 1024)}"` }, code: "loki-too-large" },
    { name: "silence", answer: "hang" as const, code: "loki-timeout", timeoutMs: 100 },
    { name: "a broken connection", answer: "drop" as const, code: "loki-unreachable" },
  ])("$name is $code", async ({ answer, code, timeoutMs }) => {
    await expect(ask(answer, timeoutMs)).rejects.toMatchObject({ code });
  });
});
