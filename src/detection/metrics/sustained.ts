import type { Series } from "../../cluster/series-store.ts";
import type { DetectContext } from "../detector.ts";
import { rateWindowTicks } from "../rate-window.ts";

/** Of the most that was in a window at once: less is the traffic's own unrest. */
const riseShare = 0.1;
/** As long as this, and nothing moves: a level that was there before anybody looked (ms). */
const standsMs = 10 * 60_000;

/**
 * Has more of it come than in one scrape? What came at once stays in the window of rates, ratios and means for several
 * scrapes, so that holding for two of them proves nothing. A second rise does, or more moves than one window has scrapes, or
 * that it stands for long. `amountAt` is how much of it the window held at a point of the series, in any unit.
 */
export function isSustained(
  series: Series,
  since: number,
  { tickMs }: Pick<DetectContext, "tickMs">,
  amountAt: (at: number, value: number) => number,
): boolean {
  if (series.lastAt - since >= standsMs) return true;
  const amounts: number[] = [];
  let first = series.length - 1;
  for (; first >= 0 && series.timeAt(first) >= since - rateWindowTicks * tickMs; first--)
    amounts.unshift(Math.max(0, amountAt(series.timeAt(first), series.valueAt(first))));
  const least = riseShare * Math.max(...amounts);
  let rises = 0;
  let moves = 0;
  for (const [i, amount] of amounts.entries()) {
    const index = first + 1 + i;
    const before = index === 0 ? 0 : (amounts[i - 1] ?? amount);
    // A window that is not yet full shows the same rate when the same comes again.
    const isFilling = index > 0 && index < rateWindowTicks;
    if (amount > 0 && (amount - before > least || (isFilling && amount >= before))) rises++;
    if (series.timeAt(index) > since && amount !== before) moves++;
  }
  return rises >= 2 || moves > rateWindowTicks;
}
