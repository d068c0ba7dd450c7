import { describe, expect, test } from "vitest";
import { createStackJoiner } from "../../../src/log-lines/join-stack.ts";
import { parseLine } from "../../../src/log-lines/parse-line.ts";

/** Feeds lines 1 ms apart and returns the first line and size of every message. */
function join(lines: readonly string[], stepMs = 1): { head: string; lines: number }[] {
  const joiner = createStackJoiner();
  const done = lines.flatMap((line, i) => joiner.push(1_000 + i * stepMs, line));
  return [...done, ...joiner.flush()].map(({ text, lines }) => ({ head: text.split("\n")[0] ?? "", lines }));
}

const headed = "2026-11-20 22:27:36,933 INFO  [main] org.example.Ledger - Ledger 12 opened";
const failed = "2026-11-20 22:27:36,933 ERROR [main] org.example.Ledger - Ledger 12 is lost";

describe("traces become one message", () => {
  test.each([
    {
      name: "Java with causes",
      lines: [
        "2026-11-20 22:27:36 ERROR order failed",
        "java.lang.IllegalStateException: no stock",
        "\tat org.example.Shop.order(Shop.java:17)",
        "\t... 12 more",
        "Caused by: java.net.ConnectException: Connection refused",
        "\tat java.net.Socket.connect(Socket.java:1)",
      ],
    },
    {
      name: "Python with a chained exception",
      lines: [
        "Traceback (most recent call last):",
        '  File "app.py", line 3, in <module>',
        "    run()",
        "KeyError: 'sku'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        '  File "app.py", line 9, in run',
        "ValueError: bad sku",
      ],
    },
    {
      name: "a Go panic with goroutines",
      lines: [
        "panic: runtime error: index out of range [5] with length 3",
        "",
        "goroutine 1 [running]:",
        "main.main()",
        "\t/app/main.go:8 +0x1d",
        "created by main.start in goroutine 7",
        "\t/app/start.go:3 +0x2a",
        "exit status 2",
      ],
    },
    {
      name: "Node",
      lines: [
        "2026-11-20 22:27:36.933 ERROR [orders,] TypeError: Cannot read properties of undefined",
        "    at applyVoucher (/app/server.js:100:102)",
        "    at async Server.<anonymous> (/app/server.js:130:14)",
      ],
    },
    {
      name: ".NET",
      lines: [
        "Unhandled exception. System.InvalidOperationException: no stock",
        "   at Shop.Orders.Place() in /src/Orders.cs:line 17",
        "   --- End of inner exception stack trace ---",
        "   at Shop.Program.Main()",
      ],
    },
    {
      name: "PHP",
      lines: [
        "PHP Fatal error:  Uncaught Error: closed in /srv/app/Ledger.php:12",
        "Stack trace:",
        "#0 /srv/app/index.php(3): Ledger->open()",
        "#1 {main}",
        "  thrown in /srv/app/Ledger.php on line 12",
      ],
    },
    {
      name: "Laravel",
      lines: [
        '[2026-11-20 22:27:36] production.ERROR: Ledger 12 is closed {"exception":"[object] (RuntimeException(code: 0): closed at /var/www/app/Ledger.php:12)',
        "[stacktrace]",
        "#0 /var/www/app/index.php(3): Ledger->open()",
        "#1 {main}",
        '"} ',
      ],
    },
    {
      name: "Rust, whose reason is on the second line",
      lines: [
        "thread 'main' panicked at src/ledger.rs:12:5:",
        "ledger 12 is closed",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        "stack backtrace:",
        "   0: rust_begin_unwind",
        "             at /rustc/abc/library/std/src/panicking.rs:645:5",
      ],
    },
    { name: "Rust's anyhow", lines: ["Error: ledger is lost", "", "Caused by:", "    disk is gone"] },
    {
      name: "Elixir",
      lines: [
        "22:27:36.933 [error] GenServer Shop.Ledger terminating",
        "** (RuntimeError) closed",
        "    (shop 0.1.0) lib/ledger.ex:12: Shop.Ledger.open/1",
        "Last message: :open",
        "State: %{id: 12}",
      ],
    },
    {
      name: "a report of Erlang",
      lines: [
        "=ERROR REPORT==== 20-Nov-2026::22:27:36 ===",
        "** Generic server ledger terminating",
        "** Last message in was stop",
        "** Reason for termination ==",
        "** {error,closed}",
      ],
    },
    {
      name: "Lua inside nginx",
      lines: [
        "2026/11/20 22:27:36 [error] 7#7: *12 lua entry thread aborted: runtime error: ledger.lua:12: closed",
        "stack traceback:",
        "coroutine 0:",
        "\t[C]: in function 'open'",
      ],
    },
    {
      name: "ClickHouse, behind a blank line",
      lines: [
        "2026.11.20 22:27:36.933 [ 12 ] {} <Error> Ledger: Code: 210. closed, Stack trace (when copying this message, always include the lines below):",
        "",
        "0. DB::Ledger::open() @ 0x0000000008a2b1c5 in /usr/bin/clickhouse",
        "1. DB::Ledger::run() @ 0x0000000008a2b1c6 in /usr/bin/clickhouse",
      ],
    },
    {
      name: "Node.js, with the place in the script and its version",
      lines: [
        "/srv/app/ledger.js:12",
        '        throw new Error("ledger lost");',
        "        ^",
        "",
        "Error: ledger lost",
        "    at Object.<anonymous> (/srv/app/ledger.js:12:9)",
        "",
        "Node.js v22.14.0",
      ],
    },
    {
      name: "loguru, with marks, blank lines and an exception of any name",
      lines: [
        "2026-11-20 22:27:36.933 | ERROR    | shop.ledger:open:12 - Ledger 12 lost",
        "Traceback (most recent call last):",
        "",
        '  File "/srv/app/ledger.py", line 12, in <module>',
        "    open(12)",
        "    └ <function open at 0x7f>",
        "",
        '> File "/srv/app/ledger.py", line 7, in open',
        "    raise Lost(id)",
        "",
        "shop.Lost: 12",
      ],
    },
    {
      name: "functions as zap names them",
      lines: [
        "2026-11-20T22:27:36Z\tERROR\tcontroller.ledger\tReconciler error",
        "example.org/shop/internal/controller.(*Controller).reconcileHandler",
        "\t/go/pkg/mod/example.org/shop@v0.11.2/controller.go:266",
        "example.org/shop/internal/controller.(*Controller).Start.func2.2",
        "\t/go/pkg/mod/example.org/shop@v0.11.2/controller.go:227",
      ],
    },
    {
      name: "the goroutines behind a line of an error",
      lines: [
        "2026/11/20 22:27:36 http: panic serving 10.0.0.7:5000: runtime error: index out of range [3] with length 3",
        "goroutine 77 [running]:",
        "net/http.(*conn).serve.func1()",
        "\t/usr/local/go/src/net/http/server.go:1850 +0xbf",
      ],
    },
    {
      name: "java.util.logging, with an exception",
      lines: [
        "Nov 20, 2026 10:27:36 PM org.example.ledger.Ledger close",
        "SEVERE: Ledger 12 is lost",
        "java.lang.IllegalStateException: closed",
        "\tat org.example.Ledger.open(Ledger.java:12)",
      ],
    },
    {
      name: "R",
      lines: ["Error in ledger(12) : closed", "Calls: open -> ledger", "Execution halted"],
    },
    {
      name: "frames with the time of the first line, as Fluentd writes them",
      lines: [
        "2026-11-20 22:27:36 +0900 [warn]: #0 failed to flush the ledger",
        "  2026-11-20 22:27:36 +0900 [warn]: #0 plugin/output.rb:1192:rescue in try_flush",
      ],
    },
  ])("$name", ({ lines }) => expect(join(lines)).toEqual([{ head: lines[0], lines: lines.length }]));
});

describe("lines of which each is a message", () => {
  test.each([
    ["plain lines", ["one", "two", "three"]],
    [
      "a sentence that begins with `Error`",
      ["Listening on port 8080", "Error loading plugin ledger from /srv/plugins"],
    ],
    ["an exception behind what tells of no trouble", ["Cache warmed", "Error: closed"]],
    ["an exception behind a header that states info", [headed, "java.lang.IllegalStateException: closed"]],
    ["an uncaught exception of Java", [failed, 'Exception in thread "main" java.lang.IllegalStateException: closed']],
    ["a traceback behind a warning", ["WARNING:root:no settings", "Traceback (most recent call last):"]],
    ["a panic", [failed, "panic: ledger is closed"]],
    ["lines with one blank and a mark", [" ✓ Ready in 303ms", " ⚠ Ledger was not configured", " ⨯ Error: closed"]],
    ["requests with one blank", ["Started", " GET /ledgers/12 200 in 12ms", " GET /ledgers/12 500 in 12ms"]],
    ["indented levels", ["Started", "      INFO   Started server process [1]", "     ERROR   Ledger lost"]],
    [
      "indented headers",
      ["  2026-11-20T22:27:36.646Z  INFO shop::ledger: opened", "  2026-11-20T22:27:37.648Z  WARN shop::ledger: old"],
    ],
    ["objects, each on a line", ['{"msg":"opened"}', '{"msg":"closed"}']],
    ["an object that was cut, and the next", ['{"msg":"opened', '{"msg":"closed"}']],
    ["a heading without a header", ["Plugins:", "ledger is loaded"]],
    ["steps of a build", ["#5 [2/3] RUN make", "#5 DONE 1.2s"]],
  ])("%s", (_, lines) => expect(join(lines)).toEqual(lines.map((head) => ({ head, lines: 1 }))));
});

describe("what a message of several lines says", () => {
  function read(lines: readonly string[]) {
    const joiner = createStackJoiner();
    const done = lines.flatMap((line, i) => joiner.push(1_000 + i, line));
    return [...done, ...joiner.flush()].map(({ text }) => {
      const { level, message } = parseLine(text);
      return [level, message.split("\n")[0]];
    });
  }

  test.each([
    {
      name: "an object over several lines",
      lines: ["{", '  "level": "error",', '  "msg": "ledger is lost",', '  "of": {', '    "id": 12', "  }", "}"],
      says: [["error", "ledger is lost"]],
    },
    {
      name: "an object whose lines are not indented",
      lines: [
        '{"level": "ERROR", "message": "ledger is lost",',
        '"stacktrace": ["shop.StoreException: closed",',
        '"at shop.Store.open(Store.java:5)"] }',
      ],
      says: [["error", "ledger is lost"]],
    },
    {
      name: "an object with a trace behind it",
      lines: ['{"level":"warn","msg":"ledger is old"}', "    at open (/srv/app/ledger.js:12:9)"],
      says: [["warn", "ledger is old"]],
    },
    {
      name: "a header without a sentence",
      lines: [
        "F, [2026-11-20T22:27:36.933000 #1] FATAL -- : ",
        'ActionController::RoutingError (No route matches [GET] "/ledgers"):',
        "",
        "app/controllers/ledger.rb:12:in `open'",
      ],
      says: [["fatal", 'ActionController::RoutingError (No route matches [GET] "/ledgers"):']],
    },
    {
      name: "Spring's report",
      lines: [
        "2026-11-20 22:27:36.933 ERROR 1 --- [           main] o.s.b.d.LoggingFailureAnalysisReporter   : ",
        "",
        "***************************",
        "APPLICATION FAILED TO START",
        "***************************",
        "",
        "Description:",
        "",
        "Web server failed to start. Port 8080 was already in use.",
        "",
        headed,
      ],
      says: [
        ["error", "APPLICATION FAILED TO START"],
        ["info", "Ledger 12 opened"],
      ],
    },
    {
      name: "java.util.logging",
      lines: [
        "Nov 20, 2026 10:27:36 PM org.example.ledger.Ledger open",
        "INFO: Ledger 12 opened",
        "Nov 20, 2026 10:27:36 PM org.example.ledger.Ledger close",
        "SEVERE: Ledger 12 is lost",
      ],
      says: [
        ["info", "Ledger 12 opened"],
        ["error", "Ledger 12 is lost"],
      ],
    },
    {
      name: "the JVM's last words",
      lines: [
        "#",
        "# A fatal error has been detected by the Java Runtime Environment:",
        "#",
        "#  SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=7",
      ],
      says: [["fatal", "# A fatal error has been detected by the Java Runtime Environment:"]],
    },
    {
      name: "headers what they announce",
      lines: [`${headed} with these settings:`, "ledger.size is 12", "ledger.name is shop", "", "Bye"],
      says: [
        ["info", "Ledger 12 opened with these settings:"],
        [undefined, "Bye"],
      ],
    },
  ])("$name", ({ lines, says }) => expect(read(lines)).toEqual(says));
});

describe("in a stream where every message has a header", () => {
  /** How many messages are the last of many with headers and a line that comes `afterMs` behind it. */
  function messagesWith(line: string, { afterMs = 0, before = [] as string[], first = "" } = {}): number {
    const joiner = createStackJoiner();
    if (first !== "") joiner.push(0, first);
    let at = 1_000;
    for (let i = 0; i < 200; i++) {
      at += 100;
      joiner.push(at, headed);
      if (i % 40 === 0) for (const own of before) joiner.push(at + 50, own);
    }
    return [...joiner.push(at + afterMs, line), ...joiner.flush()].length;
  }

  test("a line without one that comes at once belongs to the one before", () => {
    expect(messagesWith("FROM ledgers WHERE id = 12")).toBe(1);
    expect(messagesWith("FROM ledgers WHERE id = 12", { first: "Starting the shop" })).toBe(1);
  });

  test.each([
    "Killed",
    "panic: closed",
    "Traceback (most recent call last):",
    "exec /srv/ledger: no such file or directory",
    "run.sh: line 3:     7 Killed                  java -jar ledger.jar",
    "java.lang.OutOfMemoryError: Java heap space",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "sh: 1: ledger: not found",
    "Ledger could not be opened",
    '10.0.0.1 - - [20/Nov/2026:22:27:36 +0000] "GET /ledgers HTTP/1.1" 200 12',
    "GET /ledgers/12 200 12 ms",
    '{"msg":"opened"}',
    "level=info msg=opened",
  ])("but not `%s`", (line) => expect(messagesWith(line)).toBe(2));

  test("nor one that comes later, nor any where somebody writes without headers at times of his own", () => {
    expect(messagesWith("FROM ledgers WHERE id = 12", { afterMs: 50 })).toBe(2);
    expect(messagesWith("FROM ledgers WHERE id = 12", { before: ["ledgers are synced"] })).toBe(2);
  });

  test("and where every tenth line has none, each is a message", () => {
    const joiner = createStackJoiner();
    const done = Array.from({ length: 2_000 }, (_, i) => joiner.push(i, i % 10 === 0 ? "ledger polled" : headed));
    expect(done.flat()).toHaveLength(1_999);
  });

  test("objects are no headers", () => {
    const joiner = createStackJoiner();
    for (let i = 0; i < 500; i++) joiner.push(i, '{"msg":"opened"}');
    expect([...joiner.push(500, "ledger polled"), ...joiner.flush()]).toHaveLength(2);
  });
});

test("blank lines are no messages", () => {
  expect(join(["", "one", "", "  ", "two", ""]).map(({ head }) => head)).toEqual(["one", "two"]);
});

test("a line after a Python traceback is a new message", () => {
  const lines = ["Traceback (most recent call last):", '  File "a.py", line 1', "KeyError: 1", "2026-11-20 INFO next"];
  expect(join(lines).map(({ head }) => head)).toEqual([lines[0], lines[3]]);
});

test("lines that come too late do not belong together", () => {
  expect(join(["head", "\tat a.b.C"], 5_000)).toHaveLength(2);
});

test("what is held back comes out once it has waited long enough, with the time of its first line", () => {
  const joiner = createStackJoiner({ waitMs: 500 });
  joiner.push(1_000, "head");
  joiner.push(1_200, "\tat a.b.C");
  expect(joiner.flush(1_600)).toEqual([]);
  expect(joiner.flush(1_700)).toEqual([{ at: 1_000, text: "head\n\tat a.b.C", lines: 2 }]);
  expect(joiner.flush()).toEqual([]);
});

test("an endless trace is cut in lines and characters, and every line is counted", () => {
  const joiner = createStackJoiner({ maxLines: 10, maxChars: 200 });
  joiner.push(0, "head");
  for (let i = 0; i < 50_000; i++) joiner.push(0, `\tat frame${i}`);
  const [message] = joiner.flush();
  expect(message?.lines).toBe(50_001);
  expect(message?.text.length).toBeLessThanOrEqual(200);
  expect(message?.text.split("\n").length).toBeLessThanOrEqual(10);
});

describe("MinIO tells what an error is about, a field a line, and the error last", () => {
  const block = (error: string) => [
    "API: PutObject(bucket=orders, object=2026/11)",
    "Time: 22:27:36 UTC 11/20/2026",
    "DeploymentID: 8a1c2f6e",
    "RequestID: 17C3A0",
    "RemoteHost: 10.0.0.9",
    `Error: ${error}`,
    "       2: internal/logger/logger.go:258:logger.LogIf()",
    "       1: cmd/api-errors.go:2368:cmd.toAPIError()",
    "",
  ];
  test("each is one message, which says the error first", () => {
    const lost = "Error: Drive returned an error (unformatted drive found)";
    const full = "Error: Storage reached its minimum free drive threshold (cmd.StorageFull)";
    expect(join([...block(lost.slice(7)), ...block(full.slice(7)), headed])).toEqual([
      { head: lost, lines: 9 },
      { head: full, lines: 9 },
      { head: headed, lines: 1 },
    ]);
  });
  test("a call of an API that a program tells of is a line", () => {
    const lines = ["API: list(orders)", "2026-11-20 22:27:36 INFO two orders", "done: yes"];
    expect(join(lines).map(({ head }) => head)).toEqual(lines);
  });
});

test("frames belong together when each line has the name of its pod before it", () => {
  const lines = ["2026-11-20 22:27:36 ERROR order failed", "\tat org.example.Shop.order(Shop.java:17)", "next"];
  expect(join(lines.map((line) => `[pod/web-1/app] ${line}`))).toEqual([
    { head: lines[0], lines: 2 },
    { head: "next", lines: 1 },
  ]);
});
