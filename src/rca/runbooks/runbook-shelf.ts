import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { noRunbooks, type Runbooks, readRunbooks } from "./read-runbooks.ts";

/** Runbooks as they are now; a diagnosis never waits for a disk. */
export interface RunbookShelf {
  /** What was read last. Reads again in the background when that is a minute old. */
  current(): Runbooks;
  /** Reads now. Keeps what was read before when the folder cannot be read. */
  refresh(): Promise<void>;
}

const freshMs = 60_000;

/**
 * Empty until the first `refresh` has ended. What is wrong with the folder or a file is logged once, and again when it
 * changes.
 */
export function createRunbookShelf(deps: {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}): RunbookShelf {
  const { folder, clock, log } = deps;
  let runbooks = noRunbooks;
  let readAt = Number.NEGATIVE_INFINITY;
  let told = "";
  const say = (text: string, write: () => void) => {
    if (text === told) return;
    told = text;
    write();
  };
  const refresh = async () => {
    readAt = clock.now();
    try {
      runbooks = await readRunbooks(folder);
      const { files, dropped, complaints } = runbooks;
      say(`${files} ${dropped} ${complaints.join()}`, () => log.info({ files, dropped, complaints }, "runbooks.read"));
    } catch (error) {
      const why = messageOf(error, 200);
      say(why, () => log.warn({ error: why }, "runbooks.not-read"));
    }
  };
  return {
    current() {
      if (clock.now() - readAt > freshMs) void refresh();
      return runbooks;
    },
    refresh,
  };
}
