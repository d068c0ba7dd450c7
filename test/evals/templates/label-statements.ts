import { readFileSync } from "node:fs";
import { seededRandom } from "../../../src/lib/seeded-random.ts";
import { type Origin, origins } from "./origins.ts";

/** Lines of a source that are kept, as in the literature. */
const KEPT_LINES = 2_000;
/** Lines of one place that are kept, so that a chatty statement does not crowd out the others. */
const KEPT_OF_PLACE = 300;
const LONGEST = 1_500;

/** A random part of the values, in their order. */
function sample<T>(values: readonly T[], size: number, random: () => number): T[] {
  const picked = values.map((value, at) => ({ value, at, by: random() })).toSorted((a, b) => a.by - b.by);
  return picked
    .slice(0, size)
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

/**
 * A sentence with what is plainly a value taken out: quoted text, and whatever holds a digit or a slash and is no
 * constant (`SSH2_MSG_NEWKEYS`).
 */
export function skeleton(sentence: string): string {
  return sentence
    .replace(/"[^"]*"|'[^']*'/g, "#")
    .split(/[\s=:,]+/)
    .map((word) => (/[\d/#]/.test(word) && !/^[A-Z]+\d?_[A-Z_]+$/.test(word) ? "#" : word))
    .join(" ")
    .replace(/#( #)+/g, "#")
    .trim();
}

const wordsOf = (sentence: string) =>
  new Set(sentence.split(/[\s:,;()[\]{}<>"'=]+/).filter((word) => /^[A-Za-z][A-Za-z_-]+$/.test(word)));

/** Have the sentences at least one word in common? If not, the statement writes whatever it is given (`printf("%s")`). */
function shareWord(sentences: readonly string[]): boolean {
  let common = wordsOf(sentences[0] ?? "");
  for (const sentence of sentences) {
    const words = wordsOf(sentence);
    common = new Set([...common].filter((word) => words.has(word)));
    if (common.size === 0) return false;
  }
  return true;
}

/**
 * Labels: the place that wrote the line, with two exceptions. A place whose lines share no word at all writes whatever it
 * is given, and is as many labels as it has skeletons. Places that write the very same skeleton are one label: no reader of
 * the text alone could tell them apart.
 */
export function labelsOf(found: readonly Origin[]): string[] {
  const names = new Array<string>(found.length).fill("");
  for (const [place, at] of Map.groupBy(found.keys(), (i) => found[i]?.place ?? "")) {
    const one = shareWord(at.map((i) => found[i]?.sentence ?? ""));
    for (const i of at) names[i] = one ? place : `${place} ${skeleton(found[i]?.sentence ?? "")}`;
  }
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    const up = parent.get(name);
    return up === undefined ? name : root(up);
  };
  const firstWith = new Map<string, string>();
  for (const [i, { sentence }] of found.entries()) {
    const shape = skeleton(sentence);
    if (!/(?:^| )[A-Za-z]{2,}(?: |$)/.test(shape)) continue;
    const mine = root(names[i] ?? "");
    const other = firstWith.get(shape);
    if (other === undefined) firstWith.set(shape, mine);
    else if (root(other) !== mine) parent.set(mine, root(other));
  }
  const numbers = new Map<string, number>();
  return names.map((name) => {
    const top = root(name);
    const number = numbers.get(top) ?? numbers.size + 1;
    numbers.set(top, number);
    return `s${number}`;
  });
}

/** Names and paths of the machine that wrote the lines, which say nothing. */
const neutral = (line: string, names: readonly string[]) =>
  names
    .reduce(
      (text, name) => text.replace(new RegExp(`\\b${name}\\b`, "g"), "lab"),
      line.replaceAll("/tmp/lab", "/srv/lab"),
    )
    .replace(/\r$/, "");

/** `label-statements.ts <source> <machine name> <raw log ...>`: prints `place <TAB> label <TAB> line`. */
function main([source = "", machine = "", ...files]: readonly string[]): void {
  const read = origins[source];
  if (read === undefined) throw new Error(`no such source: ${source}`);
  const all = files.flatMap((file) =>
    read(
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => neutral(line, machine === "" ? [] : [machine])),
    ),
  );
  const random = seededRandom(7);
  const short = all.filter(({ line }) => line.length <= LONGEST);
  const index = [...Map.groupBy(short.keys(), (i) => short[i]?.place).values()].flatMap((at) =>
    sample(at, KEPT_OF_PLACE, random),
  );
  const kept = sample(
    index.toSorted((a, b) => a - b),
    KEPT_LINES,
    random,
  ).flatMap((i) => short[i] ?? []);
  const labels = labelsOf(kept);
  for (const [i, { place, line }] of kept.entries()) process.stdout.write(`${place}\t${labels[i]}\t${line}\n`);
  process.stderr.write(
    `${source}: ${kept.length} of ${all.length} lines, ${new Set(kept.map((o) => o.place)).size} places, ${new Set(labels).size} labels\n`,
  );
}

if (import.meta.main) main(process.argv.slice(2));
