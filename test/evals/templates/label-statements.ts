import { readFileSync } from "node:fs";
import { seededRandom } from "../../../src/lib/seeded-random.ts";
import { type Origin, origins } from "./origins.ts";
import { recentOrigins } from "./recent-origins.ts";

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

/** Of each place a part only, then lines at random: what a source can say. */
function varied(lines: readonly Origin[], random: () => number): number[] {
  const capped = [...Map.groupBy(lines.keys(), (i) => lines[i]?.place).values()].flatMap((at) =>
    sample(at, KEPT_OF_PLACE, random),
  );
  return sample(
    capped.toSorted((a, b) => a - b),
    KEPT_LINES,
    random,
  );
}

/** Lines at random of all: what a source does say, each statement as often as it came. */
const natural = (lines: readonly Origin[], random: () => number): number[] =>
  sample([...lines.keys()], KEPT_LINES, random);

/**
 * `label-statements.ts [--natural] <source> <machine name> <raw log ...>`: prints `place <TAB> label <TAB> line`. The labels
 * are those of the lines of both choices, so that a label is the same one with and without `--natural`.
 */
function main([source = "", machine = "", ...files]: readonly string[], asItCame: boolean): void {
  const read = origins[source] ?? recentOrigins[source];
  if (read === undefined) throw new Error(`no such source: ${source}`);
  const all = files.flatMap((file) =>
    read(
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => neutral(line, machine === "" ? [] : [machine])),
    ),
  );
  const short = all.filter(({ line }) => line.length <= LONGEST);
  const choices = [varied(short, seededRandom(7)), natural(short, seededRandom(11))] as const;
  const either = [...new Set(choices.flat())].toSorted((a, b) => a - b);
  const names = labelsOf(either.flatMap((i) => short[i] ?? []));
  const labels = new Map(either.map((i, at) => [i, names[at]]));
  const chosen = choices[asItCame ? 1 : 0];
  const kept = chosen.flatMap((i) => short[i] ?? []);
  for (const i of chosen) process.stdout.write(`${short[i]?.place}\t${labels.get(i)}\t${short[i]?.line}\n`);
  const places = [...Map.groupBy(kept, ({ place }) => place).values()].map((lines) => lines.length);
  process.stderr.write(
    `${source}: ${kept.length} of ${all.length} lines, ${places.length} places (the largest ${Math.max(...places)} lines), ` +
      `${new Set(chosen.map((i) => labels.get(i))).size} labels\n`,
  );
}

if (import.meta.main) {
  const given = process.argv.slice(2);
  main(
    given.filter((one) => one !== "--natural"),
    given.includes("--natural"),
  );
}
