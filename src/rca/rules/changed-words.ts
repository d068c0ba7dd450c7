import type { FieldChange } from "../gather/field-diff.ts";
import type { LogFact } from "../gather/logs.ts";

/** Shorter words stand in any line. */
const leastLetters = 5;

/** Words of any complaint. */
const common = new Set(
  "error errors failed failure fatal level message request requests response server service value warning".split(" "),
);

/** Words of a change that a complaint about it may use: of `--timeout 30 -> --timeout 1` it is `timeout`. */
export function changedWords({ name, before, after, said }: FieldChange): readonly string[] {
  const text = said ? said.text : `${name ?? ""} ${before ?? ""} ${after ?? ""}`;
  return [...new Set(text.toLowerCase().split(/[^a-z]+/))].filter(
    (word) => word.length >= leastLetters && !common.has(word),
  );
}

/** Lines that use one of these words. */
export function linesWith(lines: readonly LogFact[], words: readonly string[]): readonly LogFact[] {
  return lines.filter(({ example }) => {
    const text = example.toLowerCase();
    return words.some((word) => text.includes(word));
  });
}
