const ENDINGS = ["Error", "Exception"];

/** Is text[from, to) the name of an error or exception, as languages with classes write it before what it says? */
export function isRaised(text: string, from: number, to: number): boolean {
  return ENDINGS.some((ending) => to - from >= ending.length && text.startsWith(ending, to - ending.length));
}
