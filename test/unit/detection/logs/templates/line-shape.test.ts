import { describe, expect, test } from "vitest";
import {
  isToldByShape,
  type LineShape,
  LONGEST_SHAPE,
  readShape,
} from "../../../../../src/detection/logs/templates/line-shape.ts";
import { readLine } from "../../../../../src/detection/logs/templates/read-line.ts";
import { createTokenLine } from "../../../../../src/detection/logs/templates/token-line.ts";
import { seededRandom } from "../../../../../src/lib/seeded-random.ts";
import { readSources } from "../../../../evals/templates/statements.ts";

function shapeOf(text: string): string {
  const shape: LineShape = { keyA: 0, keyB: 0 };
  readShape(text, text.length, shape);
  return `${shape.keyA} ${shape.keyB}`;
}

const line = createTokenLine();
/** What the miner compares of a line, and whether its shape may stand for it. */
function readingOf(text: string): { tokens: string; told: boolean } {
  readLine(text, text.length, line, { start: 0, end: 0 });
  const { count, format, keyA, keyB, hash, flags } = line;
  const tokens = [format, keyA, keyB, ...hash.slice(0, count), ...flags.slice(0, count)].join(" ");
  return { tokens, told: isToldByShape(line) };
}

const random = seededRandom(5);
const oneOf = (chars: string) => chars.charAt(Math.floor(random() * chars.length));
const digits = "0123456789";
/** Other numbers and identifiers in the same places. */
const varied = (text: string) =>
  text.replace(/\w+/g, (word) =>
    /^(?=.*[a-f])(?=.*\d)[0-9a-f]{8,}$/.test(word)
      ? Array.from(word, (char, i) => oneOf(i > 0 ? `${digits}abcdef` : char >= "a" ? "abcdef" : digits)).join("")
      : word.replace(/\d/g, () => oneOf(digits)),
  );

test("lines of one shape are read into the same tokens, whatever numbers they hold", () => {
  const wrong: string[] = [];
  let compared = 0;
  let n = 0;
  for (const { line: text } of readSources("development").flat()) {
    if (text.length > LONGEST_SHAPE || n++ % 16 !== 0) continue;
    const { tokens, told } = readingOf(text);
    const other = varied(text);
    if (!told || other === text || shapeOf(other) !== shapeOf(text)) continue;
    compared++;
    if (readingOf(other).tokens !== tokens) wrong.push(`${text}\n${other}`);
  }
  expect(compared).toBeGreaterThan(1_500);
  expect(wrong).toEqual([]);
});

describe("one shape", () => {
  test.each([
    ["2026-11-20 22:10:36.100 INFO took 37 ms", "2027-01-09 03:59:01.999 INFO took 99 ms"],
    ["INFO [carts,7f3a9b1c] GET /carts/u7 status=200", "INFO [carts,0e4d55aa] GET /carts/u7 status=404"],
    ['{"trace":"89b6c3cc0d","n":12}', '{"trace":"11aaf00b9e","n":99}'],
  ])("%s", (one, other) => expect(shapeOf(other)).toBe(shapeOf(one)));
});

describe("shapes of their own", () => {
  test.each([
    ["a number of another length", "took 7 ms", "took 77 ms"],
    ["a name with one digit", "eth0 is down", "eth1 is down"],
    ["a name with one digit in it", "log4j: started", "log5j: started"],
    ["an hour and what is none", "22:10:36 started", "82:10:36 started"],
    ["an hour behind a year and what is none", "[21/Nov/2026:19:48:05 +0000] up", "[21/Nov/2026:86:48:05 +0000] up"],
    ["a status and what is none", "404 Not Found", "904 Not Found"],
    ["seconds since 1970 and other numbers", "1795000000 started", "8795000000 started"],
    ["a time with an exponent and another number", "1.7950000001e+09 started", "1.7950000001e+19 started"],
    ["a level of one digit", "thread -1 speaks", "thread -2 speaks"],
    ["a number in hexadecimal and what is none", "at 0x7f", "at 7x7f"],
    ["a priority of syslog", "<34>1 2026-11-20 up", "<35>1 2026-11-20 up"],
    ["what is escaped", '{"msg":"\\u0041 up"}', '{"msg":"\\u0042 up"}'],
    ["a letter", "cart opened", "card opened"],
  ])("%s", (_, one, other) => expect(shapeOf(other)).not.toBe(shapeOf(one)));
});

test("a shape does not stand for a line of which a word holds digits that it does not tell", () => {
  expect(readingOf("AH00128: file does not exist").told).toBe(false);
  expect(readingOf("eth0 is down after 300 ms").told).toBe(true);
});
