/**
 * A line broken at blanks so that it fits a terminal, what follows the first line indented. A word that is longer than a line stays
 * whole: an address or a command is copied.
 */
export function wrapLine(line: string, columns: number, indent: number): string {
  const room = columns - indent;
  if (line.length <= columns || room < 20) return line;
  // What the line itself begins with (a figure, a label, blanks) belongs to its first word.
  const lead = /^\s*/.exec(line)?.[0] ?? "";
  const rows: string[] = [];
  let row = lead;
  let isEmpty = true;
  for (const word of line.slice(lead.length).split(/(?<=\S)(?=\s+\S)/)) {
    if (!isEmpty && row.length + word.length > columns) {
      rows.push(row);
      row = `${" ".repeat(indent)}${word.trimStart()}`;
    } else row += word;
    isEmpty = false;
  }
  return [...rows, row].join("\n");
}
