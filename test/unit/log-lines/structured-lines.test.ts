import { describe, expect, test } from "vitest";
import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";
import { parseLine } from "../../../src/log-lines/parse-line.ts";

function templateOf(line: string): string | undefined {
  const miner = createTemplateMiner();
  return miner.template(miner.learn(line))?.text;
}

describe("JSON without a sentence", () => {
  test.each([
    ["the type", '{"type":"http-log","level":"info","detail":{"query":7}}', "http-log"],
    ["what was done rather than the type", '{"type":"audit","action":"user.login","user":"ann"}', "user.login"],
    [
      "a kind further in",
      '{"type":"startup","level":"info","detail":{"kind":"serve_options","info":{"a":1}}}',
      "serve_options",
    ],
  ])("is of the kind that it names: %s", (_, line, kind) => {
    expect(templateOf(line)).toBe(kind);
    // All of it is shown, as the kind alone says little.
    expect(parseLine(line).message).toBe(line);
  });

  test("an id is no kind, nor is a first argument without what tslog writes beside it", () => {
    for (const line of ['{"type":"7f3a","rows":7}', '{"0":"opened","rows":7}'])
      expect(templateOf(line)).toContain("rows");
  });

  test("a sentence goes before a kind, wherever it stands", () => {
    expect(templateOf('{"type":"http-log","detail":{"operation":{"error":{"error":"no such ledger"}}}}')).toBe(
      "no such ledger",
    );
  });
});

describe("keys of levels and times", () => {
  test.each([
    ["log4j", '{"instant":{"epochSecond":1795213656},"message":"opened"}', Date.UTC(2026, 10, 20, 22, 27, 36)],
    ["Python", '{"asctime":"2026-11-20 22:27:36,123","message":"opened"}', Date.UTC(2026, 10, 20, 22, 27, 36, 123)],
    ["tslog", '{"0":"opened","_meta":{"date":"2026-11-20T22:27:36Z"}}', Date.UTC(2026, 10, 20, 22, 27, 36)],
  ])("the time as %s tells it", (_, line, at) => {
    expect(parseLine(line)).toMatchObject({ message: "opened", at });
  });

  test("a number is lager's only beside its source, and go-zero's words are levels under a key only", () => {
    expect(parseLine('{"message":"opened","log_level":2}').level).toBeUndefined();
    expect(parseLine('{"content":"opened","level":"stat"}').level).toBe("info");
    expect(parseLine("stat ledger: opened").level).toBeUndefined();
  });
});

describe("what a supervisor or a platform writes before a line", () => {
  test.each([
    '2026-11-20T22:27:36Z app[3d8e2d46] ams [info]{"level":"error","msg":"ledger lost"}',
    "2026-11-20T22:27:36Z app[3d8e2d46] ams [info]ERROR ledger lost",
    '2026-11-20T22:27:36Z app[web.1]: {"level":"error","msg":"ledger lost"}',
    '7|shop  | {"level":"error","msg":"ledger lost"}',
  ])("the program's own level goes before that of who handed it on: %s", (line) => {
    expect(parseLine(line)).toMatchObject({ level: "error", message: "ledger lost" });
  });

  test.each([
    "ann | login | done",
    "shop-1 | Ledger 12 opened",
    "7|12 | rows",
    "ledger | [red] opened",
  ])("a bar is no prefix of Compose: %s", (line) => {
    expect(parseLine(line).message).toBe(line);
  });
});

describe("logfmt with quotes that nobody escaped", () => {
  test("the pairs behind the sentence are read all the same", () => {
    const line = 'level=warn msg="call to "orders" failed" path="/orders" status=502';
    expect(parseLine(line)).toMatchObject({
      message: 'call to "orders" failed',
      fields: { path: "/orders", status: 502 },
    });
  });

  test.each([
    ['level=warn msg="shelf is old" and broken key="7"', "shelf is old"],
    ['level=warn msg="shelf is old"shelf="7"', "shelf is old"],
    ['level=warn msg="shelf is "old and', "shelf is "],
  ])("a quote before a blank, before a pair or in a line that is cut closes the value: %s", (line, sentence) => {
    expect(parseLine(line).message).toBe(sentence);
  });
});
