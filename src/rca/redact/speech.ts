import { besideName, mayStandBeside } from "./beside-name.ts";
import { saidSecret } from "./said-secret.ts";
import { isSecretObject, type Noun, nounAt } from "./secret-noun.ts";
import type { Span } from "./span.ts";
import { tableCells } from "./table-cells.ts";

const colon = 58;

/**
 * Sentences, tables and lines of known forms are looked at more closely; so many at once, and then as many as the text grows by.
 * No text that anybody reads speaks of secrets more often.
 */
const mostLooks = 100;
const charsForLook = 256;

/** Says whether one more close look may be taken at a place of a text; uses it up. Places come in order. */
export function createLooks(): (at: number) => boolean {
  let looks = mostLooks;
  let lookedAt = 0;
  return (at) => {
    looks = Math.min(mostLooks, looks + Math.max(0, at - lookedAt) / charsForLook);
    lookedAt = at;
    if (looks < 1) return false;
    looks--;
    return true;
  };
}

/** What may stand behind a noun of a sentence, or a column of a table: a blank, a colon and a blank, another column, an end. */
function mayBeSaid(text: string, from: number, to: number): boolean {
  if (from > 0 && text.charCodeAt(from - 1) === 60) return false;
  const code = text.charCodeAt(to);
  if (code === colon) {
    const next = text.charCodeAt(to + 1);
    return next === 32 || next === 10 || next === 13 || next === 9;
  }
  return !(code < 128) || behindNoun[code] === 1;
}
const behindNoun = new Uint8Array(128);
for (const char of ' \t\r\n,;|)"`') behindNoun[char.charCodeAt(0)] = 1;

/** What sentences, tables and lists around single words say. Found apart from the order of the text. */
export interface Speech {
  readonly heard: readonly Span[];
  add(spans: readonly Span[]): void;
  /** Looks what is said around the word `from`..`to`. */
  listen(from: number, to: number): void;
  /** Whether so close a look may be taken at this place; uses it up. */
  readonly mayLook: (at: number) => boolean;
}

/** `known`: spans that were found before; they are among `heard`. `listen` must be called with words in order. */
export function createSpeech(text: string, known: readonly Span[]): Speech {
  const heard: Span[] = [...known];
  let saidUntil = -1;
  let tableUntil = -1;
  let nounUntil = 0;
  const mayLook = createLooks();
  const lookAt = (noun: Noun | undefined, from: number, to: number) => {
    const said = noun ? saidSecret(text, from, to, noun) : undefined;
    if (said) saidUntil = said.readUntil;
    const beside = besideName(text, from, to);
    heard.push(...(said?.spans ?? []), ...(beside ? [beside] : []));
  };
  return {
    heard,
    mayLook,
    add: (spans) => void heard.push(...spans),
    listen(from, to) {
      const named = nounAt(text, from, to);
      const noun = named && mayBeSaid(text, from, to) ? named : undefined;
      if (!noun && !mayStandBeside(text, from, to)) return;
      if (from >= saidUntil && mayLook(to)) lookAt(noun, from, to);
      if (!noun || isSecretObject(text, from, to) || from < tableUntil || !mayLook(to)) return;
      const table = tableCells(text, from, to, Math.max(tableUntil, nounUntil));
      if (table) tableUntil = table.readUntil;
      heard.push(...(table?.spans ?? []));
      nounUntil = to;
    },
  };
}

/** Those that overlap become one. */
export function inOrder(spans: Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from < last.to) merged[merged.length - 1] = { ...last, to: Math.max(last.to, span.to) };
    else merged.push(span);
  }
  return merged;
}
