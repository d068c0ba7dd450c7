import { join } from "node:path";
import vm from "node:vm";
import { expect, test } from "vitest";
import { regexLiterals } from "../../support/regex-literals.ts";
import { adversarial } from "../../support/regex-pumps.ts";
import { root, sourceFiles } from "./source-files.ts";

/** The square of the length is milliseconds here, the third power is half a minute, and a power of two never ends. */
const length = 1_500;
const deadlineMs = 3_000;

const context = vm.createContext({ texts: [], expression: /x/ });
const use = new vm.Script("for (const text of texts) { expression.lastIndex = 0; expression.test(text); }");

/** Stops what does not end: V8 asks between two steps back whether it has been told to. */
function ends(expression: RegExp, texts: readonly string[], timeout = deadlineMs): boolean {
  Object.assign(context, { expression, texts });
  try {
    use.runInContext(context, { timeout });
    return true;
  } catch {
    return false;
  }
}

const all = sourceFiles(join(root, "src")).flatMap((file) => regexLiterals(file, root));
const different = [...new Map(all.map((one) => [`${one.source}/${one.flags}`, one])).values()];

test("the scan finds what it is for", () => {
  for (const source of ["^(a+)+$", "^(a|aa)+$", "(\\s*x?\\s*)*=", "(?:[\\w.]+\\.)+com"])
    expect(ends(new RegExp(source), [...adversarial(source, length)], 500), source).toBe(false);
  expect(different.length).toBeGreaterThan(500);
});

test("no expression of ours can be kept busy by a text that is made for it", { timeout: 300_000 }, () => {
  const slow = different.flatMap(({ place, source, flags }) => {
    const expression = new RegExp(source, flags);
    const texts = [...adversarial(source, length)];
    // Together first: where all end, each does.
    if (ends(expression, texts)) return [];
    const culprit = texts.find((text) => !ends(expression, [text]));
    return culprit === undefined ? [] : [`${place} /${source}/${flags} by ${JSON.stringify(culprit.slice(0, 40))}`];
  });
  expect(slow).toEqual([]);
});
