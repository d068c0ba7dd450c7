const BACKSLASH = 92;

/** Offset of the quote that closes the string opened before `from`; `end` when the line is cut inside it. */
export function endOfString(text: string, from: number, end: number): number {
  for (let at = text.indexOf('"', from); at >= 0 && at < end; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if ((slashes & 1) === 0) return at;
  }
  return end;
}
