import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../src/lib/app-error.ts";

const tries = 5;

export interface Patience {
  readonly pauseMs: number;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads again what failed, on a machine that is busy with what was broken: a few times in a row, with a word about each.
 * @throws what the last try did
 */
export function patientReader({ pauseMs, say, signal }: Patience) {
  let failures = 0;
  return {
    failures: () => failures,
    async read<T>(look: () => Promise<T>): Promise<T> {
      for (let left = tries - 1; ; left--) {
        try {
          return await look();
        } catch (error) {
          failures++;
          say(`could not be read (${messageOf(error, 160)})${left > 0 ? ", is tried again" : ""}`);
          if (left === 0 || signal?.aborted) throw error;
          await delay(pauseMs);
        }
      }
    },
  };
}
