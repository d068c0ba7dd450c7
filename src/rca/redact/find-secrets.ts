import { boundParameters } from "./bound-parameters.ts";
import { changedValues } from "./changed-values.ts";
import { finders } from "./finders.ts";
import { foreignSecrets } from "./foreign-names.ts";
import { createGates } from "./gates.ts";
import { createKeyBlocks } from "./key-block.ts";
import { puttyKeys } from "./line-formats.ts";
import { plainView } from "./plain-view.ts";
import { createReading, notHere, type Reading, readWord } from "./reading.ts";
import { secretName } from "./secret-names.ts";
import { secretObjects } from "./secret-objects.ts";
import type { Span } from "./span.ts";
import { createLooks, createSpeech, inOrder } from "./speech.ts";

/** What is told by signs that are looked up in the whole text rather than word by word. */
const fromAnchors = (text: string) => [
  ...foreignSecrets(text),
  ...boundParameters(text),
  ...puttyKeys(text),
  ...secretObjects(text),
  ...changedValues(text, createLooks()),
];

/**
 * Finds what must not leave: spans of the text in order, not overlapping. Looks at the text as it is written, and as a person
 * reads it where that differs. Every look ahead is bounded, so the time is linear in the length whatever the text.
 */
export function findSecrets(text: string): readonly Span[] {
  const view = plainView(text);
  if (!view) return secretsIn(text, 0);
  const found = view.isAsLong ? foreignSecrets(text) : secretsIn(text, 0);
  return inOrder([...found, ...secretsIn(view.text, 0).map(view.original)]);
}

/** Reads a text word by word and asks the finders about each; `depth` counts the encodings around it. */
function secretsIn(text: string, depth: number): readonly Span[] {
  const speech = createSpeech(text, depth === 0 ? fromAnchors(text) : []);
  const reading = createReading(text, depth, speech, secretsIn);
  const { spans } = reading;
  const keyBlock = createKeyBlocks(text);
  for (let at = 0; readWord(reading, at); ) {
    const { from, to } = reading;
    const known = waited(reading) ?? keyBlock(from, to);
    if (known) spans.push(known);
    at = known ? Math.max(to, known.to) : askFinders(reading);
  }
  if (reading.waiting) spans.push(reading.waiting);
  return speech.heard.length === 0 ? spans : inOrder([...spans, ...speech.heard]);
}

/** The password of a command, once reading has come to it. */
function waited(reading: Reading): Span | undefined {
  const { waiting } = reading;
  if (waiting === undefined || waiting.from >= reading.to) return undefined;
  reading.waiting = undefined;
  return waiting;
}

const gates = createGates(finders);
const questions = finders.map(({ find }) => find);

/** Where reading goes on: behind what the first finder has found that finds something, or behind the word. */
function askFinders(reading: Reading): number {
  for (let open = gates(reading); open !== 0; open &= open - 1) {
    const next = questions[31 - Math.clz32(open & -open)]?.(reading) ?? notHere;
    if (next !== notHere) return next;
  }
  return reading.to;
}

/** True when a name alone says that what it holds is secret. */
export function isSecretName(name: string): boolean {
  return secretName(name) !== undefined;
}
