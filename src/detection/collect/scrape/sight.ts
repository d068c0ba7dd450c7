import type { Signal } from "../../../cluster/signal.ts";
import type { Clock } from "../../../lib/clock.ts";

interface SightOptions {
  readonly clock: Clock;
  readonly emit: (signal: Signal) => void;
  /** Failing for longer than this is blindness. */
  readonly blindMs?: number;
}

/** Takes what came of all targets of one kind in a round; without an error a target has answered. */
type Sight = (results: readonly { readonly error: string | undefined }[]) => void;

/** Tells when none of the targets of a kind answers for a while, and when one does again. */
export function createSight(source: string, { clock, emit, blindMs = 60_000 }: SightOptions): Sight {
  let told: boolean | undefined;
  let failingSince: number | undefined;
  return (results) => {
    if (results.length === 0) {
      failingSince = undefined;
      // Whoever is not there any more hides nothing.
      if (told !== false) return;
      told = true;
      emit({ type: "source", at: clock.now(), source, ok: true, detail: "no target is left" });
      return;
    }
    const failed = results.filter((result) => result.error !== undefined);
    const at = clock.now();
    if (failed.length < results.length) failingSince = undefined;
    else failingSince ??= at;
    const ok = failingSince === undefined;
    if (ok === told || (!ok && at - (failingSince ?? at) < blindMs)) return;
    told = ok;
    const detail = ok
      ? `${results.length - failed.length} of ${results.length} targets answer`
      : `none of ${results.length} targets answers: ${failed[0]?.error}`;
    emit({ type: "source", at, source, ok, detail });
  };
}
