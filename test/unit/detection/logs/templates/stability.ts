import { createTemplateMiner } from "../../../../../src/detection/logs/templates/template-miner.ts";

const THINGS =
  "order item user cart stock price label hint batch role view path host node team part rule key tag zone rack pod job log file page form";
const PLACES = "shop till yard barn mill dock pier";

/** Names of things, of one look each: 189 of them, in an order that brings another word at either end each time. */
function namesOf(spell: (place: string, thing: string) => string): string[] {
  const things = THINGS.split(" ");
  const places = PLACES.split(" ");
  return Array.from({ length: things.length * places.length }, (_, i) =>
    spell(places[i % places.length] ?? "", things[i % things.length] ?? ""),
  );
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** How programs spell the names of what they work on. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  plain: namesOf((place, thing) => `${place}${thing}`),
  capital: namesOf((place, thing) => capital(`${place}${thing}`)),
  snake: namesOf((place, thing) => `${place}_${thing}`),
  dotted: namesOf((place, thing) => `${place}.${thing}`),
  slash: namesOf((place, thing) => `${place}/${thing}`),
  dashed: namesOf((place, thing) => `${place}-${thing}`),
  humps: namesOf((place, thing) => `${capital(place)}${capital(thing)}`),
  digit: namesOf((place, thing) => `${place}${thing}1`),
  capitals: namesOf((place, thing) => `${place}_${thing}`.toUpperCase()),
};

/** Sentences with room for a name: at the beginning, in the middle, at the end, in brackets, in quotes, behind a colon; two names (V is another); of two to seven words. */
export const SENTENCES: readonly string[] = [
  "Opening W",
  "Opening [W]",
  "Opening (W)",
  'Opening "W"',
  "Opening: W",
  "W: opened",
  "W opened",
  "Opening table W",
  "Opening W again",
  "W is ready",
  "table W opened",
  "table opened: W",
  "W (merge): opened again",
  "could not open table W",
  "could not open W again",
  "table W is ready now",
  "copied table [W] once more",
  "W was opened for reading",
  "the table W was opened for reading",
  "opened the table of the tenant W",
  "store: opened the table W",
  "moved W to V",
  "tenant W joined cluster V",
];

export interface Stability {
  /** Names that were seen until all of them were one template; undefined when they never were. */
  readonly seen: number | undefined;
  /** Share of the later names, unseen before, that were a template of their own at first. */
  readonly novel: number;
}

/** Names that are given one by one until the sentence should have learned that they vary. */
const MOST_NEEDED = 40;

/** What a miner does with a name that it has never seen, once it has learned that the word varies. */
export function stabilityOf(sentence: string, names: readonly string[]): Stability {
  const miner = createTemplateMiner();
  const ids: number[] = [];
  let seen: number | undefined;
  let later = 0;
  let novel = 0;
  for (const [i, name] of names.entries()) {
    const known = new Set(ids.map(miner.resolve));
    const id = miner.learn(sentence.replace("W", name).replace("V", names[(i * 10 + 3) % names.length] ?? ""));
    ids.push(id);
    if (seen === undefined) {
      if (known.size > 0 && new Set(ids.map(miner.resolve)).size === 1 && ids.length > 1) seen = ids.length;
      else if (ids.length >= MOST_NEEDED) break;
    } else {
      later++;
      if (!known.has(id)) novel++;
    }
  }
  return { seen, novel: later === 0 ? 1 : novel / later };
}
