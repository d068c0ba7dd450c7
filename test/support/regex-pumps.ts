/** Signs of which one in a row is enough to keep a careless expression busy. */
const signs = [..." a0A\t.-_/:\"'=,;([{<%@#*é"];
const maxPieces = 14;

/** What an expression names: its words, and one example of each of its classes. */
function piecesOf(source: string): string[] {
  const words =
    source
      .replace(/\\[dDwWsSbB]|\[[^\]]*\]|\(\?<?[:=!]|\{[\d,]*\}/g, " ")
      .match(/(?:\\[^a-z]|[^\\()[\]{}|?*+^$. ]){1,24}/g) ?? [];
  const examples = [...source.matchAll(/\[(\^?)((?:\\.|[^\]\\])+)\]/g)].flatMap(([, negated, inside = ""]) =>
    negated
      ? ["a"]
      : [inside.replace(/\\d/g, "0").replace(/\\w/g, "a").replace(/\\s/g, " ").replace(/\\(.)/g, "$1").slice(0, 1)],
  );
  return [...new Set([...words.map((word) => word.replace(/\\(.)/g, "$1")), ...examples])]
    .filter(Boolean)
    .slice(0, maxPieces);
}

/** Texts of about `length` characters that drive an expression into trying again and again: something it wants, over and over, and an end that it does not. */
export function* adversarial(source: string, length: number): Generator<string> {
  const pieces = piecesOf(source);
  const pumps = new Set([...signs, ...pieces]);
  for (const piece of pieces) for (const sign of [" ", "a", "0", ".", "=", ":"]) pumps.add(`${piece}${sign}`);
  for (const pump of pumps) {
    const body = pump.repeat(Math.ceil(length / pump.length));
    for (const start of ["", ...pieces.slice(0, 6)]) {
      yield `${start}${body}\u0001`;
      yield `${start} ${body}\n!`;
    }
  }
}
