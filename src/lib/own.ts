/**
 * What a table holds under a name that comes from elsewhere. A plain look-up also finds what every object has by birth: an event
 * whose reason is `constructor` would get a function for its headline.
 */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
