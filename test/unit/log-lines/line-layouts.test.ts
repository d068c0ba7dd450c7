import { describe, expect, test } from "vitest";
import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";
import { parseLine } from "../../../src/log-lines/parse-line.ts";

const ESC = "\u001b";

const layouts: readonly (readonly [string, string, string, string])[] = [
  [
    "log files of the kubelet, with a line that has a time of its own",
    "2026-11-20T22:27:35.866000001Z stdout F 2026-11-20 22:27:35 INFO worker 7 started in 12 ms",
    "2026-11-20T22:27:36.123000001Z stderr F 2026-11-20 22:27:36 INFO worker 9 started in 3 ms",
    "worker <*> started in <*>",
  ],
  [
    "log files of the kubelet, with a part of a line",
    "2026-11-20T22:27:35.866000001Z stdout F found 12 items here",
    "2026-11-20T22:27:35.866000001Z stderr P found 13 items here",
    "found <*> items here",
  ],
  [
    "log files of the kubelet, with JSON",
    '2026-11-20T22:27:35.866000001Z stdout F {"level":"info","msg":"found 12 items"}',
    '2026-11-20T22:27:36.866000001Z stdout F {"level":"info","msg":"found 13 items"}',
    "found <*> items",
  ],
  [
    "syslog with a priority (RFC 3164)",
    "<34>Oct 11 22:14:15 one su[77]: login refused for 17 users",
    "<165>Oct 12 02:14:15 two su[5]: login refused for 3 users",
    "login refused for <*> users",
  ],
  [
    "syslog with structured data and without (RFC 5424)",
    '<165>1 2026-10-11T22:14:15.003Z one.example.com prog 8710 ID47 [a@1 i="3\\"]" e="App"][b@2 x="y"] flushed 12 items',
    "<165>1 2026-10-11T22:14:16.003Z two prog - - - flushed 7 items",
    "flushed <*> items",
  ],
  [
    "colours",
    `${ESC}[90m2026-11-20T22:27:35Z${ESC}[0m ${ESC}[32mINF${ESC}[0m ${ESC}[1mlistening${ESC}[0m ${ESC}[36mport=${ESC}[0m8080`,
    `${ESC}[90m2026-11-20T22:27:36Z${ESC}[0m ${ESC}[32mINF${ESC}[0m ${ESC}[1mlistening${ESC}[0m ${ESC}[36mport=${ESC}[0m9090`,
    "listening port=<*>",
  ],
  [
    "Python without a configuration",
    "WARNING:root:pool shrinks to 7",
    "WARNING:app.db:pool shrinks to 8",
    "pool shrinks to <*>",
  ],
  [
    "PostgreSQL with user and database",
    "2026-11-20 22:27:36.100 UTC [77] app@shop LOG:  temporary file: 8 kB",
    "2026-11-20 22:27:36.100 UTC [78] joe@ledger LOG:  temporary file: 9 kB",
    "temporary file: <*>",
  ],
  [
    "twelve hours, month and day before the year",
    "11/20/2026 10:27:36 PM pool freed 7 parts",
    "11/21/2026 9:27:37 AM pool freed 9 parts",
    "pool freed <*> parts",
  ],
  [
    "java.util.logging",
    "Nov 20, 2026 10:27:36 PM org.example.Service startInternal",
    "Nov 21, 2026 9:07:36 AM org.example.Service startInternal",
    "org.example.Service startInternal",
  ],
  [
    "glog with the year",
    "W20261120 22:27:36.100000    77 env.cc:17] Found 7 errors",
    "W20261121 22:27:37.100000    99 env.cc:18] Found 8 errors",
    "Found <*> errors",
  ],
  [
    "a cluster's membership, whose number comes before the host",
    "Nov 20 22:27:35 [24] one corosync notice  [TOTEM ] formed again with 7 members",
    "Nov 20 22:27:36 [99] two corosync notice  [MAIN  ] formed again with 9 members",
    "formed again with <*> members",
  ],
  [
    "the time since the start",
    "[    1.234567] usable 7 pages",
    "[  123.456789][    T1] usable 9 pages",
    "usable <*> pages",
  ],
  [
    "the kernel in syslog",
    "Nov 20 22:27:35 one kernel: [    1.234567] usable 7 pages",
    "Nov 20 22:27:36 two kernel: [  123.456789] usable 9 pages",
    "usable <*> pages",
  ],
  [
    "levels in angle brackets",
    "20/11/2026 -- 22:27:35 - <Notice> - all 7 threads run",
    "20/11/2026 -- 22:27:36 - <Info> - all 9 threads run",
    "all <*> threads run",
  ],
  [
    "levels in angle brackets behind syslog",
    "Nov 20 22:27:35 one NetworkManager[7]: <info>  [1795286142.3581] state of 7 changed",
    "Nov 20 22:27:36 two NetworkManager[8]: <warn>  [1795286143.3581] state of 9 changed",
    "state of <*> changed",
  ],
  [
    "an identifier of the query in braces",
    "2026.11.20 22:27:35.358123 [ 7 ] {a1b2c3d4-0000-1111-2222-333344445555} <Debug> executeQuery: read 7 rows",
    "2026.11.20 22:27:36.358123 [ 81 ] {} <Debug> executeQuery: read 9 rows",
    "read <*> rows",
  ],
  [
    "a letter between bars",
    "2026-11-20 22:27:35.358123 I | op-mon: checked 7 of them",
    "2026-11-20 22:27:36.358123 W | op-osd: checked 9 of them",
    "checked <*> of them",
  ],
  [
    "klog with a year of two digits",
    "I261120 22:27:35.358123 1 util/log/file.go:123] [n1] flushed 7 files",
    "W261120 22:27:36.358123 9 util/log/file.go:124] [n2] flushed 9 files",
    "[<*>] flushed <*> files",
  ],
  [
    "Abseil before it knows the time zone",
    "I0000 00:00:1795286142.358123       7 file.cc:123] flushed 7 files",
    "W0000 00:00:1795286143.358123       8 file.cc:124] flushed 9 files",
    "flushed <*> files",
  ],
  [
    "the function and line between colons",
    "2026-11-20 22:27:35.358+0000: 123: error : virSocketRead:1832 : lost 7 bytes",
    "2026-11-20 22:27:36.358+0000: 124: warning : virSocketWrite:7 : lost 9 bytes",
    "lost <*>",
  ],
  [
    "levels of PHP",
    "[20-Nov-2026 22:27:35 UTC] PHP Warning:  cannot read 7 rows",
    "[20-Nov-2026 22:27:36 UTC] PHP Fatal error:  cannot read 9 rows",
    "cannot read <*> rows",
  ],
  [
    "pod and container before the line",
    "carts-5d8f7c9b6-abcde carts 2026-11-20T22:27:35.358Z INFO served 7 items",
    "orders-7c9b65d8f-fghij web 2026-11-20T22:27:36.358Z WARN served 9 items",
    "served <*> items",
  ],
  [
    "an identifier of the request between tabs",
    "2026-11-20T22:27:35.358Z\t9f0c1e7a-1f2b-4c3d-8e9f-0a1b2c3d4e5f\tINFO\tserved 7 items",
    "2026-11-20T22:27:36.358Z\t8f0c1e7a-1f2b-4c3d-8e9f-0a1b2c3d4e5f\tWARN\tserved 9 items",
    "served <*> items",
  ],
  [
    "a thread of several words",
    "22:27:35,358 INFO  [org.jboss.as] (Controller Boot Thread) started 7 services",
    "22:27:36,358 INFO  [org.jboss.as] (ServerService Thread Pool -- 12) started 9 services",
    "started <*> services",
  ],
  [
    "the time of C and a process in parentheses, then a peer",
    "Nov 20 22:27:35 2026 (2481) ('127.0.0.1', 50024) recip: ann@shop.example",
    "Nov 20 22:27:36 2026 (5355) ('127.0.0.1', 56276) recip: bob@shop.example",
    "('<*>) recip: <*>",
  ],
  [
    "the time of C and a process, but no host",
    "Fri Nov 20 22:27:35 2026 [pid 7] freed 7 blocks",
    "Fri Nov 20 22:27:36 2026 [pid 8] freed 9 blocks",
    "freed <*> blocks",
  ],
  [
    "tabs",
    "2026-11-20T22:27:36.1Z\tINFO\tcache\twarmed 7 items",
    "2026-11-20T22:27:37.1Z\tINFO\tcache\twarmed 9 items",
    "warmed <*> items",
  ],
  [
    "the file and line after the level, with what stands before them",
    " 2(1178) DEBUG: core [core/route.c:12]: found 7 routes",
    " 0(1176) DEBUG: tm [t_reply.c:7]: found 9 routes",
    "found <*> routes",
  ],
  [
    "process, function and line, as Erlang writes them",
    "2026-11-20 22:27:36.091339+00:00 [debug] <0.205.0>@super_visor:report/4:139 found 7 routes",
    "2026-11-20 22:27:37.091339+00:00 [debug] <0.74.0>@other:start/2:7 found 9 routes",
    "found <*> routes",
  ],
  [
    "syslog with the time of RFC 3339",
    "2026-11-20T22:27:36.091339+00:00 one systemd[1]: found 7 routes",
    "2026-11-20T22:27:37.091339+00:00 two cron[77]: found 9 routes",
    "found <*> routes",
  ],
  [
    "Ruby",
    "I, [2026-11-20T22:27:36.091339 #7]  INFO -- : found 7 routes",
    "W, [2026-11-20T22:27:37.091339 #9]  WARN -- : found 9 routes",
    "found <*> routes",
  ],
  [
    "thread, level and part after the time",
    "[Nov 21 16:00:03.237] [ET_NET 1] DEBUG: (http_trans) found 7 routes",
    "[Nov 21 16:00:04.070] traffic_server NOTE: found 9 routes",
    "found <*> routes",
  ],
  [
    "a daemon in capitals after the time",
    "2026/11/21 13:41:20 ZEBRA: found 7 routes",
    "2026/11/21 13:41:21 BGP: found 9 routes",
    "found <*> routes",
  ],
  [
    "a part in capitals that is no daemon",
    "2026-11-21 13:41:20 TLS: found 7 routes",
    "2026-11-21 13:41:21 TLS: found 9 routes",
    "TLS: found <*> routes",
  ],
  ["seconds and a colon", "1605100345: Config of 7 routes", "1605100346: Config of 9 routes", "Config of <*> routes"],
  [
    "file and line in parentheses",
    "2026-11-21 13:41:20: (../src/server.c.1588) found 7 routes",
    "2026-11-21 13:41:21: (plugin.c.12) found 9 routes",
    "found <*> routes",
  ],
  [
    "file, line and function after the time in brackets",
    "[2026/11/20 22:27:36.123456,  3] ../source3/smbd/service.c:12(make_connection) found 7 routes",
    "[2026/11/20 22:27:37.123456,  1] ../source3/smbd/negprot.c:7(reply) found 9 routes",
    "found <*> routes",
  ],
  [
    "letter, process and thread after the time in brackets",
    "[2026-11-20 22:27:36,123 I 7 8] (gcs_server) node_manager.cc:1: found 7 routes",
    "[2026-11-20 22:27:37,123 W 9 8] (raylet) worker_pool.cc:7: found 9 routes",
    "found <*> routes",
  ],
  [
    "a name in brackets before the time",
    "[A5BBNE] 2026/11/20 22:27:36.091339 model.go:12: DEBUG: found 7 routes",
    "[start] 2026/11/20 22:27:37.091339 main.go:7: INFO: found 9 routes",
    "found <*> routes",
  ],
  [
    "a letter for the level and the file after the time in brackets",
    "[2026-11-20 22:27:36.091339 +0000] I [main.c:2865:main] 0-one: found 7 routes",
    "[2026-11-20 22:27:37.091339 +0000] W [rpc.c:12:start] 0-two: found 9 routes",
    "found <*> routes",
  ],
  [
    "the part that wrote it, without a level",
    "2026-11-20T22:27:36.091Z shop:carts:cache found 7 routes",
    "2026-11-20T22:27:37.091Z shop:auth found 9 routes",
    "found <*> routes",
  ],
  [
    "Compose",
    "carts-1  | 2026-11-20 22:27:36 INFO found 7 routes",
    "db-1     | 2026-11-20 22:27:37 INFO found 9 routes",
    "found <*> routes",
  ],
];

describe("what stands around a message is no part of its template", () => {
  test.each(layouts)("%s", (_, first, second, text) => {
    const miner = createTemplateMiner();
    miner.learn(first);
    miner.learn(second);
    expect([...miner.templates()]).toEqual([{ id: 1, text, count: 2 }]);
  });
});

describe("what is wrapped around a line leaves its level and time readable", () => {
  test.each([
    [
      "2026-11-20T22:27:35.866Z stdout F 2026-11-20 22:27:30 ERROR disk full",
      "error",
      "disk full",
      "2026-11-20T22:27:30.000Z",
    ],
    ["2026-11-20T22:27:35.866Z stderr F WARN disk filling", "warn", "disk filling", "2026-11-20T22:27:35.866Z"],
    [`${ESC}[31mERROR${ESC}[0m disk full`, "error", "disk full", undefined],
    [
      "<165>1 2026-10-11T22:14:16.003Z host prog - - - disk is fine",
      "info",
      "disk is fine",
      "2026-10-11T22:14:16.003Z",
    ],
    ["ERROR:app.db:disk full", "error", "disk full", undefined],
  ])("%s", (line, level, message, at) => {
    const parsed = parseLine(line);
    expect(parsed.level).toBe(level);
    expect(parsed.message).toBe(message);
    expect(parsed.at).toBe(at === undefined ? undefined : Date.parse(at));
  });
});

test("a context before the sentence is kept as fields of the line", () => {
  const line = "2026-11-21T21:46:10.123Z INFO [trace=c217a82d status=502] call to orders failed";
  expect(parseLine(line)).toMatchObject({
    level: "info",
    message: "call to orders failed",
    fields: { trace: "c217a82d", status: 502 },
  });
});

test.each([
  ['[GIN] 2026/11/21 - 21:46:10 | 502 |     123.4µs |       10.0.0.1 | GET      "/items"', "/items"],
  ["GET /items 502 12.345 ms - 512", "/items"],
  ["21:46:10 POST /orders/7 HTTP/1.1 503", "/orders/7"],
  ['10.0.0.1 - - [21/Nov/2026:21:46:10 +0000] "GET /items HTTP/1.1" 500 12', "/items"],
])("a failed request is an error: %s", (line, path) => {
  expect(parseLine(line)).toMatchObject({ level: "error", fields: { path } });
});

test("columns without a level are what the line tells", () => {
  const miner = createTemplateMiner();
  for (const line of ["2026-11-21 21:46:10 | ann | login | done", "2026-11-21 21:46:11 | ann | logout | refused"])
    miner.learn(line);
  expect([...miner.templates()].map(({ text }) => text)).toEqual(["ann | login | done", "ann | logout | refused"]);
});

test("a sentence that goes on behind a dash is whole", () => {
  const line = "2026-11-21 21:46:10 ERROR Failed - the disk is full";
  expect(parseLine(line).message).toBe("Failed - the disk is full");
});

test.each([
  ["conn=1022 op=1 RESULT tag=97 err=49 text=", "conn=1022 op=1 RESULT tag=97 err=49 text="],
  ["type=LOGIN msg=audit(13.415:4063): user pid=11 uid=0", "audit(13.415:4063): user pid=11 uid=0"],
  ["level=info msg=sent it away after all", "sent it away after all"],
])("pairs within a sentence end none: %s", (sentence, message) => {
  expect(parseLine(`Nov 21 21:46:10 ldap slapd[7]: ${sentence}`).message).toBe(message);
  expect(parseLine(sentence).message).toBe(message);
});

test("a time in parentheses, and parts in brackets behind it", () => {
  const line = "(Sat Nov 21 21:46:10 2026) [sssd[be[default]]] [search] (0x0400): found 7 of it";
  expect(parseLine(line)).toMatchObject({ message: "found 7 of it", at: Date.parse("2026-11-21T21:46:10Z") });
});

/** Layouts of one sentence, told once as a matter of course and once as a warning. */
const leveled: readonly (readonly [string, string, string])[] = [
  [
    "slf4j's simple logger",
    "[main] INFO com.example.Shop - sent 7 of it",
    "[Thread-3] WARN com.example.Shop - sent 8 of it",
  ],
  [
    "a level before the time",
    "INFO  2026-11-21 21:46:10,123 [shard 0] compaction - sent 7 of it",
    "WARN  2026-11-21 21:46:11,123 [shard 1:strm] compaction - sent 8 of it",
  ],
  [
    "Monolog",
    "[2026-11-21 21:46:10] local.INFO: sent 7 of it",
    "[2026-11-21T21:46:11.123456+00:00] production.WARNING: sent 8 of it",
  ],
  [
    "Rust's tracing, with spans",
    '2026-11-21T21:46:10.123456Z  INFO request{id=7 path="/a"}: shop::orders: sent 7 of it',
    "2026-11-21T21:46:11.123456Z  WARN request{id=8}:db{q=1}: shop::orders: sent 8 of it",
  ],
  [
    "Rust's tracing, with threads and places",
    "2026-11-21T21:46:10.123456Z  INFO ThreadId(01) shop::orders: src/main.rs:42: sent 7 of it",
    "2026-11-21T21:46:11.123456Z  WARN ThreadId(12) shop::orders: src/main.rs:42: sent 8 of it",
  ],
  [
    "Elixir, with metadata",
    "21:46:10.123 [info] sent 7 of it",
    "21:46:11.123 request_id=Fabc user=ann [warning] sent 8 of it",
  ],
  ["Jupyter", "[I 2026-11-21 21:46:10.123 ServerApp] sent 7 of it", "[W 2026-11-21 21:46:11.123 LabApp] sent 8 of it"],
  ["Tornado", "[I 261121 21:46:10 web:2246] sent 7 of it", "[W 261121 21:46:11 ioloop:12] sent 8 of it"],
  ["priorities for systemd", "<6>sent 7 of it", "<4>sent 8 of it"],
  [
    "OpenTelemetry's logs as JSON",
    '{"Timestamp":"2026-11-21T21:46:10Z","SeverityText":"Info","Body":"sent 7 of it","Attributes":{}}',
    '{"Timestamp":"2026-11-21T21:46:11Z","SeverityText":"Warn","Body":"sent 8 of it","Attributes":{"a":1}}',
  ],
  [
    "OpenTelemetry's logs in its own form",
    '{"body":{"stringValue":"sent 7 of it"},"severityText":"INFO"}',
    '{"body":{"stringValue":"sent 8 of it"},"severityText":"WARN"}',
  ],
  [
    "Google Cloud",
    '{"jsonPayload":{"message":"sent 7 of it"},"severity":"INFO"}',
    '{"jsonPayload":{"message":"sent 8 of it","x":1},"severity":"WARNING"}',
  ],
  ["CUPS", "I [21/Nov/2026:21:46:10 -0700] sent 7 of it", "W [21/Nov/2026:21:46:11 -0700] sent 8 of it"],
  [
    "BusyBox",
    "Nov 21 21:46:10 edge daemon.info shopd[7]: sent 7 of it",
    "Nov 21 21:46:11 edge user.warn shopd: sent 8 of it",
  ],
  [
    "a process and a context behind the level",
    "2026-11-21T21:46:10.123Z info vpxd[27059] [opID=7 sub=Default] sent 7 of it",
    "2026-11-21T21:46:11.123Z warning vpxd[27060] [opID=] sent 8 of it",
  ],
  [
    "a context behind the place",
    "2026-11-21T21:46:10.123Z info wcp [util.go:148] [trace=a7] sent 7 of it",
    "2026-11-21T21:46:11.123Z warn wcp [main.go:12] sent 8 of it",
  ],
  [
    "Python with threads",
    "2026-11-21 21:46:10,123 - INFO - MainThread - orders.api - sent 7 of it",
    "2026-11-21 21:46:11,123 - WARNING - worker - orders.api - sent 8 of it",
  ],
  [
    "log4js",
    "[2026-11-21T21:46:10.123] [INFO] addon/slack - sent 7 of it",
    "[2026-11-21T21:46:11.123] [WARN] HTTP - sent 8 of it",
  ],
];

test.each(leveled)("%s: the level, the sentence, and one template", (_, calm, alarming) => {
  expect(parseLine(calm)).toMatchObject({ level: "info", message: "sent 7 of it" });
  expect(parseLine(alarming)).toMatchObject({ level: "warn", message: "sent 8 of it" });
  const miner = createTemplateMiner();
  for (const line of [calm, alarming]) miner.learn(line);
  expect([...miner.templates()].map(({ text }) => text)).toEqual(["sent <*> of it"]);
});
