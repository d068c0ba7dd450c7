/** How servers and their clients say that a login or a credential is refused. */
export const refusalWords =
  /unauthori[sz]ed|(?:status|HTTP|code|statusCode)["']?[ =:]{1,3}"?401\b|\bauthentication (?:is )?(?:failed|failure|required|error)|password authentication|\bNOAUTH\b|WRONGPASS|\blog[io]n (?:was |is )?(?:failed|refused|denied|incorrect)|access[_ -]refused|access denied for user|invalid (?:user ?name|user)\b.{0,20}\bpassword|invalid (?:api[ _-]?key|credentials?|token|password|signature)|(?:api[ _-]?key|credentials?|token) (?:was |is |has been )?(?:rejected|invalid|expired|revoked|refused|not accepted)|bad credentials|connection refused: (?:not authori[sz]ed|bad user ?name)/i;

const toldChars = 80;

/** Who was refused, in the words of who refused, without what differs from one client to the next; undefined when a line says nothing of it. */
export function refusalIn(line: string): string | undefined {
  const found = refusalWords.exec(line.slice(0, 2_000));
  if (!found) return undefined;
  return line
    .slice(found.index, found.index + toldChars)
    .toLowerCase()
    .replace(/[0-9a-f]*\d[0-9a-f.:]*/g, "#")
    .replace(/[\s"')\]}.,;]+$/, "");
}
