/** A measured value: with a fraction or a unit, or behind its name. An address, a status, a port and a count in a sentence are none. */
const figures =
  /(?<![\w.:])\d+[.,]\d+(?![.\d])|(?<![\w.:])\d+(?=(?:%|[kmgt]i?b?|ns|us|µs|ms|s)(?![a-z0-9]))|(?<=[a-z_](?<!status|code|port|pid|exit|signal|version|errno)[=:]["']?)\d+(?![\d.:\w-])/gi;
/** Enough to know it, whatever somebody writes into a log. */
const readChars = 600;
const shareOfWords = 0.25;

/**
 * A line that reports figures, as collectors of garbage, pools and checkpoints write them from time to time: that one comes for the
 * first time says nothing. Two figures at least, and more than one for four words.
 */
export function reportsFigures(text: string): boolean {
  const part = text.trim().slice(0, readChars);
  const found = part.match(figures)?.length ?? 0;
  return found >= 2 && found > part.split(/\s+/).length * shareOfWords;
}
