import type { Series } from "../../cluster/series-store.ts";

/** So many requests of a window failed, and such a share of all: what brought them together once does not matter any more. */
const leastFailed = 20;
const most = 0.5;
/** Asked for more than this many times the usual, it may be one batch that failed, beside which all is well. */
const moreThanUsual = 1.5;
const beforeMs = 10 * 60_000;
const leastPoints = 8;

/**
 * Do most of the usual requests fail, and many? Then one scrape says enough: a server that scrapes once a minute has the next one a
 * minute later.
 * @param since when it began (ms)
 */
export function isOverwhelming(
  { failed, total }: { readonly failed: number; readonly total: number },
  requests: Series,
  since: number,
): boolean {
  if (failed < leastFailed || failed < most * total) return false;
  const before: number[] = [];
  for (let i = requests.length - 1; i >= 0 && requests.timeAt(i) >= since - beforeMs; i--)
    if (requests.timeAt(i) < since) before.push(requests.valueAt(i));
  const usual = before.sort((a, b) => a - b)[before.length >> 1];
  return usual !== undefined && before.length >= leastPoints && requests.last <= moreThanUsual * usual;
}
