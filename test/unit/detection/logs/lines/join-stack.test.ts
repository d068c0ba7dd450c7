import { describe, expect, test } from "vitest";
import { createStackJoiner } from "../../../../../src/detection/logs/lines/join-stack.ts";

/** Feeds lines 1 ms apart and returns the first line and size of every message. */
function join(lines: readonly string[], stepMs = 1): { head: string; lines: number }[] {
  const joiner = createStackJoiner();
  const done = lines.flatMap((line, i) => joiner.push(1_000 + i * stepMs, line));
  return [...done, ...joiner.flush()].map(({ text, lines }) => ({ head: text.split("\n")[0] ?? "", lines }));
}

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
  ])("$name", ({ lines }) => expect(join(lines)).toEqual([{ head: lines[0], lines: lines.length }]));
});

test("ordinary lines are messages of their own", () => {
  expect(join(["one", "two", "three"])).toHaveLength(3);
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
