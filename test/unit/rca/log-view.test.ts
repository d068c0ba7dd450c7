import { describe, expect, test } from "vitest";
import { diagnoseByRules } from "../../../src/rca/diagnose-by-rules.ts";
import { gistOf } from "../../../src/rca/gather/line-gist.ts";
import { noOutcomes } from "../../../src/rca/weigh/confidence.ts";
import { brokenShop } from "./broken-shop.ts";

test("a diagnosis holds what the logs say: first, worst, words, and how often", async () => {
  const { shop, input } = await brokenShop();
  const line = '{"level":"error","msg":"call to orders failed: HTTP 502","trace":"ab12cd34"}';
  const [pod = ""] = shop.pods("frontend");
  for (let i = 0; i < 9; i++)
    shop.observation.logs.push({ at: shop.onset + 500 + i, namespace: "sock-shop", pod, container: "frontend", line });
  const view = diagnoseByRules(input).diagnosis.logView;
  expect(view?.first).toMatchObject({ workload: { name: "orders" }, level: "error", lines: 4, linesBefore: 0 });
  expect(view?.worst).toMatchObject({ workload: { name: "frontend" }, text: "call to orders failed: HTTP 502" });
  expect(view?.hallmarks).toContain("AUDIT_LEVEL");
  expect([view?.kinds, view?.workloads, view?.shareRead]).toEqual([2, 2, 1]);
});

test("no secret of a log line gets into it, nor into its words", async () => {
  const { input } = await brokenShop(
    "ERROR login with password=hunter2-Xyzzy_42 and sk-live-9aF3kQ7Lm2Pz8RtV4WxYbN6C failed",
  );
  const view = diagnoseByRules(input).diagnosis.logView;
  expect(view?.worst.text).toContain("<redacted-");
  expect(JSON.stringify(view)).not.toMatch(/hunter2|Xyzzy|9aF3kQ7/);
});

test("nor half of one that stands where a line is cut, nor in the evidence", async () => {
  const token = `ghp_${"a1B2c3D4e5".repeat(4)}`;
  for (const room of [300, 400, 600, 2_000]) {
    const filled = "no answer, ".repeat(200).slice(0, room - 17);
    const { input } = await brokenShop(`ERROR ${filled} ${token} of the release`);
    const { diagnosis, evidence } = diagnoseByRules(input);
    expect(diagnosis.logView?.worst.text).toMatch(/^no answer/);
    expect(JSON.stringify([diagnosis, evidence]), `at ${room}`).not.toContain("ghp_a1");
  }
});

test("it says how much of the logs could be read", async () => {
  const { shop, input } = await brokenShop();
  const read = shop.observation.logs.shareRead(input.incident.onset - 60_000);
  expect(read).toBe(1);
  shop.observation.logs.missed(shop.onset, 1_000_000);
  expect(diagnoseByRules(input).diagnosis.logView?.shareRead).toBeLessThan(0.01);
});

test("what else a workload without any symptom warns of is not taken for a part of it, an error is", async () => {
  for (const [level, workloads] of [
    ["warn", ["orders"]],
    ["error", ["catalogue", "orders"]],
  ] as const) {
    const { shop, input } = await brokenShop();
    const [pod = ""] = shop.pods("catalogue");
    const line = `level=${level} msg="slow query" statement=items_by_tag`;
    for (let i = 0; i < 2; i++)
      shop.observation.logs.push({
        at: shop.onset + 100 + i,
        namespace: "sock-shop",
        pod,
        container: "catalogue",
        line,
      });
    const { diagnosis } = diagnoseByRules(input);
    expect(diagnosis.inconclusive).toBe(false);
    const names = new Set(diagnosis.logView?.quotes.map(({ workload }) => workload.name));
    expect([...names].sort(), level).toEqual(workloads);
  }
});

test("while the cause is not decided, a warning of whoever is called may be what it is about", async () => {
  const { shop, input } = await brokenShop("level=info msg=started");
  const [pod = ""] = shop.pods("catalogue");
  const line = 'level=warn msg="slow query" statement=items_by_tag';
  for (let i = 0; i < 4; i++)
    shop.observation.logs.push({ at: shop.onset + 100 + i, namespace: "sock-shop", pod, container: "catalogue", line });
  const rejected = diagnoseByRules(input).diagnosis.hypotheses.map(({ cause, culprit }) => ({
    cause,
    culprit,
    by: "Ana",
  }));
  const outcomes = { cause: () => noOutcomes, fix: () => noOutcomes };
  const { diagnosis } = diagnoseByRules({ ...input, history: { similar: [], outcomes, rejected } });
  expect(diagnosis.inconclusive).toBe(true);
  expect(diagnosis.logView?.first.text).toContain("slow query");
});

/** A diagnosis of a broken shop in which the frontend, which had written before, wrote these lines half a minute before the trouble. */
async function viewAfter(...lines: readonly string[]) {
  const { shop, input } = await brokenShop();
  const [pod = ""] = shop.pods("frontend");
  const write = (at: number, line: string) =>
    shop.observation.logs.push({ at, namespace: "sock-shop", pod, container: "frontend", line });
  for (let i = 0; i < 30; i++) write(shop.onset - 300_000 + i * 1_000, 'level=info msg="served"');
  for (const [i, line] of lines.entries()) write(shop.onset - 30_000 + i, line);
  return diagnoseByRules(input).diagnosis.logView;
}

test.each([
  "gc summary heap_mb=7.8 rss_mb=79.6",
  "[12.345s][info][gc] GC(12) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 3.2ms",
  "[GC (Allocation Failure) 65536K->10748K(251392K), 0.0085280 secs]",
  "checkpoint complete: wrote 44 buffers (0.3%); 0 removed; write=4.506 s, sync=0.004 s, total=4.526 s; sync files=12",
  "pool stats (total=10, active=2, idle=8, waiting=0)",
])("a line of figures is not the first word of trouble: %s", async (line) => {
  const view = await viewAfter(line);
  expect(view?.first).toMatchObject({ workload: { name: "orders" }, level: "error" });
  expect(view?.kinds).toBe(1);
});

test.each([
  "SIGTERM received, draining",
  "Started frontend in 3.2 seconds (process running for 4.1)",
  "switched from leader to follower, 2 of 3 nodes left",
  "connected to 10.0.0.1:5432 in 12ms",
  "server started port=8080 pid=1 exit=0",
])("a line that tells of something may be: %s", async (line) => {
  expect((await viewAfter(line))?.first.text).toBe(line);
});

test("logs without anything severe have no view", async () => {
  const { input } = await brokenShop('level=info msg="all is well"');
  expect(diagnoseByRules(input).diagnosis.logView).toBeUndefined();
});

describe("a line's gist", () => {
  test.each([
    [
      '{"ts":"2026-11-20T22:39:54.525Z","level":"error","msg":"call to carts failed","trace":"f090b2f4","path":"/carts/u7","code":"ECONNREFUSED","ms":1}',
      "call to carts failed path=/carts/u7 code=ECONNREFUSED",
    ],
    [
      'ts=2026-11-20T22:51:14Z level=warn msg="answered slowly" trace=9cfdc153 route=second',
      "answered slowly route=second",
    ],
    ["2026-11-20 22:39:53.430 ERROR [orders,] call failed", "call failed"],
    ["E0601 08:41:02.344452       7 reflector.go:147] Failed to watch", "Failed to watch"],
    [
      '{"level":50,"msg":"no answer","err":{"message":"connect ECONNREFUSED 10.1.1.1:80"}}',
      "no answer error=connect ECONNREFUSED 10.1.1.1:80",
    ],
    ['{"log":"2026-11-20 22:39:53 ERROR call failed\\n","stream":"stderr"}', "call failed"],
    ['{"msg":"cut', "cut"],
    ["[1,2]", "[1,2]"],
    ["", ""],
  ])("%s", (line, text) => expect(gistOf(line).text).toBe(text));

  test("ids, numbers and paths make no new kind; another status does", () => {
    const line = (path: string, trace: string, status: number) =>
      gistOf(JSON.stringify({ level: "error", msg: "request", path, trace, status, ms: status / 7 })).kind;
    expect(line("/a/1", "dacfacfa", 502)).toBe(line("/b/2", "12345678", 502));
    expect(gistOf("ERROR [orders,dacfacfa] GET /a").kind).toBe(gistOf("ERROR [orders,1b2c3d4e] GET /a").kind);
    expect(gistOf("ERROR [orders,74403604] GET /a").kind).toBe(gistOf("ERROR [orders,1b2c3d4e] GET /a").kind);
    const cart = (id: string) =>
      gistOf(JSON.stringify({ level: "error", msg: `no answer from http://carts/${id}` })).kind;
    expect(cart("5760df7b-5883-48ae-ad40-7b21103d351e")).toBe(cart("8edc8a2e-9f3c-45df-a40a-0a9f7edcbf50"));
  });

  test("a line of many pairs, or of none that end, stays bounded", () => {
    expect(gistOf("a=b ".repeat(50_000)).text.length).toBeLessThanOrEqual(200_000);
    expect(gistOf(`msg="${"x".repeat(100_000)}`).kind.length).toBeLessThan(1_000);
  });
});
