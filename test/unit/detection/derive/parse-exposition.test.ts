import { describe, expect, test } from "vitest";
import { createExpositionParser } from "../../../../src/detection/collect/scrape/parse-exposition.ts";

const at = 1_700_000_000_000;
const parse = (text: string, extra: Record<string, string> = {}) =>
  createExpositionParser(extra)
    .parse(text, at)
    .map(({ series, value, at: time }) => ({ name: series.name, labels: series.labels, value, at: time }));

describe("one sample line", () => {
  test.each([
    ["a bare name", "up 1", { name: "up", labels: {}, value: 1, at }],
    [
      "labels",
      'a_total{code="200",route="/"} 12',
      { name: "a_total", labels: { code: "200", route: "/" }, value: 12, at },
    ],
    ["blanks everywhere", '  a{ x = "1" , y = "2", }   3  ', { name: "a", labels: { x: "1", y: "2" }, value: 3, at }],
    [
      "escapes",
      String.raw`a{p="C:\\x",q="say \"hi\"",n="two\nlines"} 1`,
      { name: "a", labels: { p: String.raw`C:\x`, q: 'say "hi"', n: "two\nlines" }, value: 1, at },
    ],
    ["braces and commas in a value", 'a{p="{x},y"} 1', { name: "a", labels: { p: "{x},y" }, value: 1, at }],
    ["a time of its own in ms", "a 1 1700000005000", { name: "a", labels: {}, value: 1, at: 1_700_000_005_000 }],
    ["a time of its own in seconds", "a 1 1700000005.5", { name: "a", labels: {}, value: 1, at: 1_700_000_005_500 }],
    [
      "an exemplar",
      'a_bucket{le="0.1"} 8 # {trace_id="abc"} 0.067 1700000001.0',
      { name: "a_bucket", labels: { le: "0.1" }, value: 8, at },
    ],
    [
      "infinity",
      'a_bucket{le="+Inf"} +Inf',
      { name: "a_bucket", labels: { le: "+Inf" }, value: Number.POSITIVE_INFINITY, at },
    ],
    ["no number", "a NaN", { name: "a", labels: {}, value: Number.NaN, at }],
    ["a float", "a 1.5e-3", { name: "a", labels: {}, value: 0.0015, at }],
  ])("%s", (_title, line, want) => expect(parse(line)).toEqual([want]));

  test("labels of the target win; the metric's own are kept as exported", () => {
    expect(parse('a{pod="mine",x="1"} 1', { pod: "target" })[0]?.labels).toEqual({
      pod: "target",
      exported_pod: "mine",
      x: "1",
    });
  });
});

test("comments and blank lines are nothing; broken lines are skipped and counted", () => {
  const parser = createExpositionParser({});
  const samples = parser.parse('# HELP a text\n# TYPE a counter\n\na 1\nb{x="1 2\nc\n9d 1\ne{x=1} 2\nf one\n# EOF', at);
  expect(samples.map(({ series }) => series.name)).toEqual(["a"]);
  expect(parser.malformed).toBe(5);
});

test("the same series is the same object in every scrape", () => {
  const parser = createExpositionParser({ pod: "p" });
  const [first] = parser.parse('a{x="1"} 1', at);
  const [second] = parser.parse('a{x="1"} 2', at + 5_000);
  expect(second?.series).toBe(first?.series);
});

test("the series of pods that are gone give way to those of new ones", () => {
  const parser = createExpositionParser({ node: "node-1" }, { maxSeries: 10 });
  const page = (pods: readonly string[]) => pods.map((pod) => `up_total{pod="${pod}"} 1`).join("\n");
  const minute = 60_000;
  for (let i = 0; i < 100; i++) {
    const pods = ["always", `job-${i}`];
    expect(parser.parse(page(pods), i * 3 * minute).map(({ series }) => series.labels["pod"])).toEqual(pods);
  }
  expect(parser.refused).toBe(0);
});

test("a label explosion is refused and counted, known series go on", () => {
  const parser = createExpositionParser({}, { maxSeries: 3 });
  const text = Array.from({ length: 10 }, (_, i) => `a{x="${i}"} 1`).join("\n");
  expect(parser.parse(text, at)).toHaveLength(3);
  expect(parser.refused).toBe(7);
  expect(parser.parse('a{x="0"} 2', at)).toHaveLength(1);
});
