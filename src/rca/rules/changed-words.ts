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

/** Shorter names and values stand in any line; of longer ones the beginning tells enough. */
const leastChars = 3;
const mostChars = 80;

/** Of a changed setting's name and its new value what a line may quote, whole. */
export function quotable(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.flatMap((text) =>
    text === undefined || text.length < leastChars || text.startsWith("(hidden")
      ? []
      : text.slice(0, mostChars).toLowerCase(),
  );
}

const partOfWord = /[a-z0-9_]/;

/** Does a text name one of these, in any case of letters, and not as a part of a longer number or name? */
export function quotesOne(text: string, quoted: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return quoted.some((one) => {
    for (let at = lower.indexOf(one); at >= 0; at = lower.indexOf(one, at + 1)) {
      const [before = "", after = ""] = [lower[at - 1], lower[at + one.length]];
      const goesOn = (edge: string | undefined, beyond: string) =>
        partOfWord.test(edge ?? "") && partOfWord.test(beyond);
      if (!goesOn(one[0], before) && !goesOn(one.length < mostChars ? one.at(-1) : undefined, after)) return true;
    }
    return false;
  });
}

/** Lines that use one of these words. */
export function linesWith(lines: readonly LogFact[], words: readonly string[]): readonly LogFact[] {
  return lines.filter(({ example }) => {
    const text = example.toLowerCase();
    return words.some((word) => text.includes(word));
  });
}
