const longest = 31;

/**
 * The quick answer to most words: whether one of `words` begins with the same letter, ends with the same, in either case, and is as long. They
 * are of ASCII.
 */
export function createWordGate(words: Iterable<string>): (text: string, from: number, to: number) => boolean {
  // A bit for each length.
  const byFirst = new Uint32Array(128);
  const byLast = new Uint32Array(128);
  const note = (lengths: Uint32Array, letter: number, length: number) => {
    lengths[letter | 32] = (lengths[letter | 32] ?? 0) | (1 << length);
  };
  for (const word of words) {
    note(byFirst, word.charCodeAt(0), word.length);
    note(byLast, word.charCodeAt(word.length - 1), word.length);
  }
  return (text, from, to) => {
    const length = to - from;
    if (length > longest) return false;
    const lengths = (byFirst[text.charCodeAt(from) | 32] ?? 0) & (byLast[text.charCodeAt(to - 1) | 32] ?? 0);
    return ((lengths >>> length) & 1) === 1;
  };
}
