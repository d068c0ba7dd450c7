/** A text that is shown, and how what comes later points at it: `E1`; without a name it stands right above. */
export interface Told {
  readonly text: string;
  readonly name?: string;
}

/** Shorter ones cost a reader less than going back. */
const leastChars = 40;
/** Texts are written by others: this many places are looked at. */
const mostPlaces = 40;
const begins = /(?<=[:;,] |\()\S/g;
const ends = /\n|; |, |\. |\)|…$/g;

const placesOf = (text: string, pattern: RegExp): readonly number[] =>
  text
    .matchAll(pattern)
    .take(mostPlaces)
    .map(({ index }) => index)
    .toArray();

/**
 * A text without the message that one shown before it has already quoted, as a pod's status and its event do:
 * `FailedScheduling Pod web-1: as in E1`. A message is what stands behind a colon or a comma, up to where the sentence or the line ends.
 */
export function pointingAt(text: string, above: readonly Told[]): string {
  const stops = [...placesOf(text, ends), text.length];
  for (const start of placesOf(text, begins)) {
    const head = text.slice(start, start + leastChars);
    const near = head.length < leastChars ? [] : above.filter((one) => one.text.includes(head));
    if (near.length === 0) continue;
    for (const stop of stops.filter((one) => one - start >= leastChars).reverse()) {
      const message = text.slice(start, stop);
      const told = near.find((one) => one.text.includes(message));
      if (told) return `${text.slice(0, start)}${told.name ? `as in ${told.name}` : "as above"}${text.slice(stop)}`;
    }
  }
  return text;
}

/** Texts in the order in which they are read, each message of them once. */
export const toldOnce = (shown: readonly Told[]): readonly string[] =>
  shown.map(({ text }, i) => pointingAt(text, shown.slice(0, i)));
