/** A text that fits into `limit` UTF-16 units, cut between words, with a sign that it was. */
export function wholeWords(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = text.slice(0, limit - 2).toWellFormed();
  const end = room.lastIndexOf(" ");
  return `${(end > limit / 2 ? room.slice(0, end) : room).trimEnd()} …`;
}
