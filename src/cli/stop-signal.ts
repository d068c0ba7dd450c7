/** A terminal tells both the launcher (bin/kubemend under an older Node) and the program, and the launcher passes it on: one press, heard twice. */
const samePressMs = 1_000;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface StopSignal extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}

/**
 * Hears that the program is to end, so that what is half done can be finished. Whoever presses Ctrl-C again, a second or more
 * later, does not want to wait: `again` decides, and ends the process where it is not given. Until disposed.
 */
export function stopSignal(
  options: {
    readonly first?: (name: string) => void;
    readonly again?: (name: string) => void;
    readonly source?: Pick<NodeJS.Process, "on" | "removeListener">;
    readonly now?: () => number;
  } = {},
): StopSignal {
  const { source = process, now = () => performance.now(), again = endAtOnce } = options;
  const stopping = new AbortController();
  let heardAt = 0;
  const hear = (name: NodeJS.Signals) => {
    if (stopping.signal.aborted) {
      if (now() - heardAt >= samePressMs) again(name);
      return;
    }
    heardAt = now();
    options.first?.(name);
    stopping.abort();
  };
  for (const name of signals) source.on(name, hear);
  return {
    signal: stopping.signal,
    [Symbol.dispose]() {
      for (const name of signals) source.removeListener(name, hear);
    },
  };
}

/** As a shell reports a program that Ctrl-C has ended. */
function endAtOnce(): never {
  process.exit(130);
}
