import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";
import { parseLine } from "../../../src/log-lines/parse-line.ts";
import { throughSentence } from "../../../src/log-lines/through-sentence.ts";

/** Program, level, sentence and line (`\n` and `\t` written out), in layouts that programs are known to write; the sentences are ours. */
const rows = readFileSync(new URL("../../corpus/logs/programs.tsv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((row) => row.split("\t").map((field) => field.replaceAll("\\t", "\t").replaceAll("\\n", "\n")));

/** What the template miner makes of a line. */
function templateOf(line: string): string | undefined {
  const miner = createTemplateMiner();
  return miner.template(miner.learn(line))?.text;
}

test.each(rows)("%s: %s", (_, level = "", sentence = "", line = "") => {
  const parsed = parseLine(line);
  expect({ level: parsed.level ?? "-", sentence: parsed.message }).toEqual({ level, sentence });
  // Nothing of the header is left in the template either.
  expect(templateOf(line)).toBe(templateOf(sentence));
});

test.each([
  ["one line", "2026-11-20 22:27:36 ERROR ledger lost", "2026-11-20 22:27:36 ERROR ledger lost"],
  ["a trace", "2026-11-20 22:27:36 ERROR ledger lost\n\tat a.B.c(B.java:7)", "2026-11-20 22:27:36 ERROR ledger lost"],
  [
    "a header on a line of its own",
    "fail: Shop.Ledger[0]\n      Ledger 12 was lost\n      System.Exception: gone",
    "fail: Shop.Ledger[0]\n      Ledger 12 was lost",
  ],
])("a message through the line of its sentence: %s", (_, text, through) => {
  expect(throughSentence(text)).toBe(through);
});
