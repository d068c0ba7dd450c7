import { describe, expect, test } from "vitest";
import { parseLine } from "../../../src/log-lines/parse-line.ts";

describe("layouts", () => {
  test.each([
    {
      name: "JSON",
      line: '{"ts":"2026-11-20T22:27:35.872Z","level":"error","msg":"call to orders failed: HTTP 502","trace":"c217a82d","path":"/orders","ms":11}',
      want: {
        level: "error",
        message: "call to orders failed: HTTP 502",
        at: Date.UTC(2026, 10, 20, 22, 27, 35, 872),
        fields: { trace: "c217a82d", path: "/orders", ms: 11 },
      },
    },
    {
      name: "JSON with a number for the level, as pino writes it",
      line: '{"level":50,"time":1795000000000,"msg":"boom","err":{"message":"no stock"}}',
      want: { level: "error", message: "boom", at: 1_795_000_000_000, fields: { error: "no stock" } },
    },
    {
      name: "JSON without a level but with a status of 500",
      line: '{"message":"request","statusCode":503,"url":"/pay","method":"POST","duration":"1.5s"}',
      want: { level: "error", message: "request", fields: { status: 503, path: "/pay", method: "POST", ms: 1_500 } },
    },
    {
      name: "JSON with the sentence inside an object, as Rust's tracing writes it",
      line: '{"timestamp":"2026-11-21T21:49:00.4Z","level":"ERROR","fields":{"message":"call failed","status":502},"target":"shop::orders"}',
      want: {
        level: "error",
        message: "call failed",
        at: Date.UTC(2026, 10, 21, 21, 49, 0, 400),
        fields: { status: 502 },
      },
    },
    {
      name: "JSON of MongoDB",
      line: '{"t":{"$date":"2026-11-21T21:49:00.000+00:00"},"s":"E","c":"NETWORK","id":22943,"ctx":"conn7","msg":"Connection refused"}',
      want: { level: "error", message: "Connection refused", at: Date.UTC(2026, 10, 21, 21, 49) },
    },
    {
      name: "JSON of Serilog",
      line: '{"@t":"2026-11-21T21:49:00Z","@mt":"Order {Id} shipped","@l":"Warning","Id":7}',
      want: { level: "warn", message: "Order {Id} shipped", at: Date.UTC(2026, 10, 21, 21, 49) },
    },
    {
      name: "JSON of Monolog",
      line: '{"message":"stock is out","context":{},"level":400,"level_name":"ERROR","channel":"app"}',
      want: { level: "error", message: "stock is out" },
    },
    {
      name: "a whole line inside docker's log key",
      line: '{"log":"16:44:53.187 WARN  o.e.web.Catalogue#45 stock is low\\n","stream":"stdout","time":"2026-01-29T08:44:53.188Z"}',
      want: { level: "warn", message: "stock is low", at: Date.UTC(2026, 0, 29, 8, 44, 53, 188) },
    },
    {
      name: "logfmt",
      line: 'ts=2026-11-20T22:51:14.580Z level=warn msg="acquirer said \\"no\\"" trace=9cfdc153 route=secondary ms=1737',
      want: {
        level: "warn",
        message: 'acquirer said "no"',
        at: Date.UTC(2026, 10, 20, 22, 51, 14, 580),
        fields: { trace: "9cfdc153", path: "secondary", ms: 1_737 },
      },
    },
    {
      name: "logfmt that quotes what was quoted: an escaped backslash and an n are no line break",
      line: String.raw`level=warn msg="POST /a (500) Response: \"closed\\n\" ws: false;"`,
      want: { level: "warn", message: String.raw`POST /a (500) Response: "closed\n" ws: false;` },
    },
    {
      name: "klog, whose time has no year",
      line: 'E1120 22:31:40.123456       1 controller.go:112] "Reconcile failed" controller="pods" err="connection refused"',
      want: {
        level: "error",
        message: '"Reconcile failed" controller="pods" err="connection refused"',
        fields: { error: "connection refused" },
      },
    },
    {
      name: "Spring",
      line: "2026-11-20 22:51:16.641 ERROR [orders,db061051] call to payment failed: timeout of 3000ms exceeded path=/authorise code=ETIMEDOUT ms=3001",
      want: {
        level: "error",
        message: "call to payment failed: timeout of 3000ms exceeded path=/authorise code=ETIMEDOUT ms=3001",
        at: Date.UTC(2026, 10, 20, 22, 51, 16, 641),
        fields: { path: "/authorise", code: "ETIMEDOUT", ms: 3_001 },
      },
    },
    {
      name: "Python",
      line: "2026-11-20 22:27:37,933 - shop.worker - WARNING - queue is long",
      want: { level: "warn", message: "queue is long", at: Date.UTC(2026, 10, 20, 22, 27, 37, 933) },
    },
    {
      name: "Go",
      line: "2026/11/20 22:27:38 worker.go:88: flushed 17 spans",
      want: { level: undefined, message: "flushed 17 spans", at: Date.UTC(2026, 10, 20, 22, 27, 38) },
    },
    {
      name: "Rust",
      line: "[2026-11-20T22:27:38Z INFO  shop::price] ready",
      want: { level: "info", message: "ready", at: Date.UTC(2026, 10, 20, 22, 27, 38) },
    },
    { name: ".NET", line: "fail: Microsoft.Hosting.Lifetime[14] host stopped", want: { level: "error" } },
    {
      name: "syslog",
      line: "Jun 15 04:06:18 combo su(pam_unix)[21416]: session opened",
      want: { level: undefined, message: "session opened" },
    },
    {
      name: "PostgreSQL log",
      line: "2026-11-20 22:27:36.931 UTC [1] LOG:  checkpoint starting: time",
      want: { level: "info", message: "checkpoint starting: time", at: Date.UTC(2026, 10, 20, 22, 27, 36, 931) },
    },
    {
      name: "PostgreSQL fatal",
      line: "2026-11-20 22:32:37.931 UTC [144] FATAL:  sorry, too many clients already",
      want: { level: "fatal", message: "sorry, too many clients already", at: Date.UTC(2026, 10, 20, 22, 32, 37, 931) },
    },
    {
      name: "an access line with a status of 502",
      line: '10.0.0.9 - - [20/Nov/2026:22:27:36 +0100] "GET /carts?id=1 HTTP/1.1" 502 0 "-" "curl/8.1"',
      want: { level: "error", fields: { method: "GET", path: "/carts?id=1", status: 502 } },
    },
    {
      name: "an access line that is fine",
      line: '10.0.0.9 - - [20/Nov/2026:22:27:36 +0000] "POST /orders HTTP/1.1" 201 99',
      want: { level: "info", fields: { method: "POST", path: "/orders", status: 201 } },
    },
    {
      name: "a time with a zone",
      line: "2026-11-20T23:27:36+01:00 INFO hello",
      want: { level: "info", message: "hello", at: Date.UTC(2026, 10, 20, 22, 27, 36) },
    },
  ])("$name", ({ line, want }) => expect(parseLine(line)).toMatchObject(want));
});

describe("severity from words, when none is stated", () => {
  test.each([
    ["panic: runtime error: invalid memory address", "fatal"],
    ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "fatal"],
    ["Traceback (most recent call last):", "error"],
    ['Exception in thread "main" java.lang.NullPointerException', "error"],
    ["dial tcp 10.0.0.1:5432: connect: connection refused", "error"],
    ["UnhandledPromiseRejection: no reason given", "error"],
    ["could not open relation 1", "error"],
    ["3 errors in 10 files", "error"],
    ["import failed after 2 s", "error"],
    ["retrying in 5 s", "warn"],
    ["option x is deprecated", "warn"],
    ["0 errors", undefined],
    ["finished with no errors", undefined],
    ["done without error", undefined],
    ["errors: 0, failures=0", undefined],
    ["passed=12 failed=0 skipped=1", undefined],
    ["error=null user=7", undefined],
    ["error rate 0.00", undefined],
    ["error rate 12 %", "error"],
    ["error count=0 since the start", undefined],
    ["fail count 0", undefined],
    ["error count=3 since the start", "error"],
    ["failover replica is ready", undefined],
    ["loaded /etc/errors/pages.html", undefined],
    ["writing to error_log", undefined],
    ["all is well", undefined],
    ["", undefined],
  ])("%s -> %s", (line, level) => expect(parseLine(line).level).toBe(level));

  test.each([
    ["INFO retry failed, will try again", "info"],
    ['{"level":"debug","msg":"error handler called after panic: x"}', "debug"],
  ])("the stated level wins: %s", (line, level) => expect(parseLine(line).level).toBe(level));
});

describe("hostile input", () => {
  test.each([
    ["nothing", ""],
    ["NUL", "\0\0"],
    ["a broken JSON object", '{"msg":"abc'],
    ["JSON that is no object", "[1,2,3]"],
    ["a key that is no key", '{"__proto__":{"status":500},"msg":"x","constructor":1}'],
    ["ten million characters", "x".repeat(10_000_000)],
    ["many pairs", "a=b ".repeat(100_000)],
    ["open quotes", 'msg="'.repeat(5_000)],
    ["deep JSON", `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`],
    ["request without an end", `"GET ${"a".repeat(20_000)} HTTP/`],
  ])("%s is read without an error and stays bounded", (_, line) => {
    const parsed = parseLine(line);
    expect(parsed.message.length).toBeLessThanOrEqual(4_096);
    expect(JSON.stringify(parsed.fields ?? {}).length).toBeLessThan(2_500);
  });

  test("fields that are no values are left out, and texts are cut", () => {
    const { fields } = parseLine(`{"msg":"x","status":"fine","path":"${"p".repeat(900)}","ms":"soon"}`);
    expect(fields).toEqual({ path: "p".repeat(200) });
  });
});

test.each([
  ["thread 'main' panicked at src/main.rs:4:5:", "fatal"],
  ["/app/run.sh: line 3:     7 Killed                  java -jar app.jar", "fatal"],
  ["exec /app/run: no such file or directory", "fatal"],
  ["terminate called after throwing an instance of 'std::runtime_error'", "fatal"],
  ["npm ERR! code ELIFECYCLE", "error"],
  ["10:04AM FTL cannot start", "fatal"],
  ["10:04AM INF started 7 of it", "info"],
  ["10:00:00,123 |-ERROR in ch.qos.logback.core - boom", "error"],
  ['{"short_message":"boom","level":3,"version":"1.1","host":"x"}', "error"],
  ['{"PRIORITY":"4","MESSAGE":"boom"}', "warn"],
  ["Exception handling enabled", undefined],
  ["opened /app/run: no such file or directory", undefined],
])("the level of %s", (line, level) => expect(parseLine(line).level).toBe(level));

test.each([
  ["2026-03-11 is full", "INFO 2026-03-11 is full"],
  ["::1 lost", "2026-03-11 08:15:02,114 ERROR ::1 lost"],
  ["08:15 is full", "2026-03-11 08:15:02,114 ERROR 08:15 is full"],
  ["[Opening shelf 12][done]", "[08:15:02][debug][9][Opening shelf 12][done]"],
  ["Opening shop.web.Shelf - done", "2026-03-11 08:15:02 INFO Opening shop.web.Shelf - done"],
  ["LedgerStore opened", "2026-03-11 08:15:02 INFO LedgerStore opened"],
  ["10.0.0.7 - gone", "2026-03-11 08:15:02 10.0.0.7 - gone"],
  ["404: gone", "2026-03-11 08:15:02 ERROR 404: gone"],
])("a sentence keeps its first words: %s", (sentence, line) => expect(parseLine(line).message).toBe(sentence));

test.each([
  ["shelf opened", "2026-03-11 08:15:02 INFO 4711: shelf opened"],
  ["shelf opened", "2026-03-11 08:15:02 ledger - shelf opened"],
  ["shelf opened", "2026-03-11 08:15:02 INFO 7f4b0e7e726c0 - shelf opened"],
])("what is no word of a sentence is left out: %s", (sentence, line) => expect(parseLine(line).message).toBe(sentence));
