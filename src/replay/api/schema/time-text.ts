/** What the API server says about a text that is no RFC 3339 time; undefined when it is one. */
export function timeProblem(text: string): string | undefined {
  return problem(text, "2006-01-02T15:04:05Z07:00", /^(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/, "Z07:00");
}

/** MicroTime wants exactly six fraction digits: what `toISOString()` prints is refused. */
export function microTimeProblem(text: string): string | undefined {
  return problem(text, "2006-01-02T15:04:05.000000Z07:00", /^\.\d{6}(Z|[+-]\d\d:\d\d)$/, ".000000");
}

/** The layout's elements in the order the parser reads them, with the literal text between. */
const elements: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, "2006"],
  [/^-/, "-"],
  [/^\d{2}/, "01"],
  [/^-/, "-"],
  [/^\d{2}/, "02"],
  [/^T/, "T"],
  [/^\d{2}/, "15"],
  [/^:/, ":"],
  [/^\d{2}/, "04"],
  [/^:/, ":"],
  [/^\d{2}/, "05"],
];

function problem(text: string, layout: string, ending: RegExp, last: string): string | undefined {
  const prefix = `parsing time "${text}" as "${layout}": cannot parse`;
  let rest = text;
  for (const [pattern, element] of elements) {
    const match = pattern.exec(rest);
    if (match === null) return `${prefix} "${rest}" as "${element}"`;
    rest = rest.slice(match[0].length);
  }
  if (!ending.test(rest)) return `${prefix} "${rest}" as "${last}"`;
  return Number.isNaN(Date.parse(text)) ? `parsing time "${text}": day out of range` : undefined;
}

/** RFC 3339 in whole seconds, how metadata and conditions tell the time. */
export function secondsText(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(/\.\d+Z$/, "Z");
}
