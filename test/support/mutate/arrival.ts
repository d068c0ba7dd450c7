import type { Signal } from "../../../src/cluster/signal.ts";
import type { Mutation } from "./mutated.ts";

/** A number between 0 and 1, the same for the same position. */
const share = (i: number) => ((Math.imul(i + 1, 2_654_435_761) >>> 0) % 10_007) / 10_007;

/** Events and log lines come up to `mostMs` late and out of order; what they say about their time stays. */
export const late =
  (mostMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      const held: Signal[] = [];
      let i = 0;
      for (const signal of signals)
        held.push(
          signal.type === "event" || signal.type === "log"
            ? { ...signal, at: signal.at + mostMs * share(i++) }
            : signal,
        );
      yield* held.sort((a, b) => a.at - b.at);
    },
  });

/** The clock that stamps log lines is ahead (or behind, below 0) of the one that stamps samples; arrival stays. */
export const skewed =
  (aheadMs: number): Mutation =>
  (recording) => ({
    recording,
    *arrive(signals) {
      for (const signal of signals)
        yield signal.type === "log" ? { ...signal, line: { ...signal.line, at: signal.line.at + aheadMs } } : signal;
    },
  });
