import { type AuditMark, markText } from "../../incident/audit-mark.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { newestMark, sayTakenBack, stillHas } from "../../store/audit-marks.ts";
import type { Database } from "../../store/database.ts";

export interface KeepAuditMarkDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told when the chain does not have an entry any more which it had. */
  readonly onTakenBack?: () => void;
}

const everyMs = 10 * 60_000;

/**
 * Tells the newest entry of the audit to the log, which is kept elsewhere, and looks whether the chain still has the one that was
 * told before: whoever may write the whole database can take entries back and make the rest fit, and an older backup that is put
 * back fits by itself. Never rejects.
 */
export async function keepAuditMark({ database, clock, log, signal, onTakenBack }: KeepAuditMarkDeps): Promise<void> {
  let told: AuditMark | undefined;
  const round = async () => {
    if (told && !(await stillHas(database, told))) {
      log.error(
        {
          mark: markText(told),
          remedy:
            "The audit no longer has this entry: its end was cut off, an older backup was put back, or it was written anew. Compare it with an export: kubemend audit verify --against FILE.",
        },
        "audit.taken-back",
      );
      onTakenBack?.();
      await sayTakenBack(database, told);
      // Said once; from here on what is there now is what must stay.
      told = undefined;
    }
    const mark = await newestMark(database);
    if (!mark || mark.hash === told?.hash) return;
    log.info({ mark: markText(mark) }, "audit.mark");
    told = mark;
  };
  while (!signal.aborted) {
    await round().catch((error: unknown) => log.warn({ error: messageOf(error) }, "audit.not-marked"));
    await rest(clock, everyMs, signal);
  }
}
