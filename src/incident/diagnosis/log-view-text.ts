import type { LogQuote, LogView } from "./log-view.ts";

/** Says how complete the picture is; undefined when every line was read. */
function shareReadText({ shareRead }: LogView): string | undefined {
  if (shareRead >= 0.995) return undefined;
  const percent = shareRead < 0.01 ? "less than 1" : String(Math.floor(100 * shareRead));
  return `read ${percent} % of the lines, there were more than can be read`;
}

/** `9 kinds of rare or severe lines from 2 workloads`, and how complete that is. */
export function logViewSummary(view: LogView): string {
  const share = shareReadText(view);
  const kinds = view.kinds === 1 ? "1 kind" : `${view.kinds} kinds`;
  const workloads = view.workloads === 1 ? "1 workload" : `${view.workloads} workloads`;
  return `${kinds} of rare or severe lines from ${workloads}${share ? ` (${share})` : ""}`;
}

/** `carts, 62 times (never before)`. */
export function quoteOrigin({ workload, lines, linesBefore }: LogQuote): string {
  const times = lines === 1 ? "once" : `${lines} times`;
  return `${workload.name}, ${times} (${linesBefore === 0 ? "never before" : `${linesBefore} before`})`;
}
