import { expect, test } from "vitest";
import { quotable, quotesOne } from "../../../src/rca/rules/changed-words.ts";

const setTo = (name: string, after: string) => quotable(name, after);

test.each([
  ["its name", setTo("LOG_LEVEL", "loud"), "unknown value for LOG_LEVEL", true],
  ["its name in other letters", setTo("logLevel", "loud"), "config: loglevel is wrong", true],
  ["its value", setTo("LOG_LEVEL", "loud"), 'unknown log level "loud"', true],
  ["a number that merely begins so", setTo("LIMIT", "100"), "took 1002 ms", false],
  ["a number that ends so", setTo("LIMIT", "100"), "id 5100 is gone", false],
  ["a name that is a part of another", setTo("URL", "x"), "CURL_CA is not set", false],
  ["a value of two signs", setTo("X", "no"), "no space left", false],
  ["a hidden value", quotable("p", "(hidden)"), "(hidden)", false],
  ["an address with its port", setTo("URL", "http://db:80"), "call to http://db:8080/ failed", false],
  ["the beginning of a long value", setTo("K", `${"long ".repeat(30)}`), `cannot parse ${"long ".repeat(20)}`, true],
])("a line quotes a changed setting by %s: %s in %s", (_by, quoted, line, want) =>
  expect(quotesOne(line, quoted)).toBe(want));
