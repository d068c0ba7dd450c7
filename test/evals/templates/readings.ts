import { existsSync, readFileSync } from "node:fs";
import { groupingAccuracy } from "../../unit/detection/logs/templates/grouping-accuracy.ts";

const folder = new URL("../../corpus/logs/statements/readings/", import.meta.url);
const VALUE = "<*>";

/** The templates that a reader of a source wrote down, who saw its text alone: neither its statements nor what a miner made of it. */
export interface Reading {
  /** What stands before the sentence; not part of a template. */
  readonly header: RegExp;
  readonly templates: readonly string[];
}

/** A template cut at its values; `size` is the number of constant characters. */
interface Cut {
  readonly template: string;
  readonly parts: readonly string[];
  readonly size: number;
}

/**
 * The reading of a source, or undefined when nobody has read it. The first line is `header: ` and a regular expression, each
 * other line a template in which `<*>` stands for any text, none included.
 * @param reader distinguishes readings of the same source
 */
export function readingOf(source: string, reader = ""): Reading | undefined {
  const file = new URL(`${source}${reader}.txt`, folder);
  if (!existsSync(file)) return undefined;
  const [first = "", ...lines] = readFileSync(file, "utf8").split("\n");
  if (!first.startsWith("header: "))
    throw new Error(`${file.pathname}: the first line has to be "header: <regular expression>"`);
  return { header: new RegExp(first.slice("header: ".length)), templates: lines.filter((line) => line !== "") };
}

const cut = (template: string): Cut => {
  const parts = template.split(VALUE);
  return { template, parts, size: parts.join("").length };
};

/** Is the sentence a case of the template? Leftmost occurrences suffice, since a value may be any text. */
function matches(sentence: string, { parts, size }: Cut): boolean {
  const first = parts[0] ?? "";
  if (sentence.length < size || !sentence.startsWith(first)) return false;
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return sentence === first;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = sentence.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return sentence.length - last.length >= from && sentence.endsWith(last);
}

/** The sentence of a line: what comes after its header. */
export const sentenceOf = (line: string, { header }: Reading): string => line.replace(header, "");

/** Finds the template of a line, the one with the most constant characters; undefined when no template is met. */
export function matcher(reading: Reading): (line: string) => string | undefined {
  const cuts = reading.templates.map(cut).toSorted((a, b) => b.size - a.size);
  return (line) => {
    const sentence = sentenceOf(line, reading);
    return cuts.find((one) => matches(sentence, one))?.template;
  };
}

/** What a reader says of a line: the template it belongs to, if any. */
export type Reader = (line: string) => string | undefined;

/** The reader of a source; undefined when nobody has read it. */
export function readerOf(source: string, reader = ""): Reader | undefined {
  const reading = readingOf(source, reader);
  return reading === undefined ? undefined : matcher(reading);
}

/** The grouping accuracy of two readers of a source against each other, both directions averaged; undefined unless both read it. */
export function agreementOf(source: string, lines: readonly string[]): number | undefined {
  const [one, other] = [readerOf(source), readerOf(source, ".second")];
  if (one === undefined || other === undefined) return undefined;
  const ours = lines.map((line, i) => one(line) ?? `line ${i}`);
  const theirs = lines.map((line, i) => other(line) ?? `line ${i}`);
  const numbered = (labels: readonly string[]) => {
    const numbers = new Map([...new Set(labels)].map((label, i) => [label, i]));
    return labels.map((label) => numbers.get(label) ?? 0);
  };
  return (groupingAccuracy(ours, numbered(theirs)) + groupingAccuracy(theirs, numbered(ours))) / 2;
}
