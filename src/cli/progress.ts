/** A line that is written over, on a terminal and only once something takes longer than two seconds. */
export interface Progress {
  say(text: string): void;
  end(): void;
}

const quietMs = 2_000;
const everyMs = 200;

/**
 * Writes to standard error, so that standard output can be piped; nothing at all where that is no terminal. `end` takes
 * the line away.
 */
export function startProgress(text: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = performance.now();
  let shownAt = 0;
  let shown = false;
  const say = (next: string) => {
    const now = performance.now();
    if (!stream.isTTY || now - startedAt < quietMs || now - shownAt < everyMs) return;
    shownAt = now;
    shown = true;
    stream.write(`\r\u001b[2K${next} (${Math.round((now - startedAt) / 1000)} s)`);
  };
  say(text);
  return {
    say,
    end() {
      if (shown) stream.write("\r\u001b[2K");
      shown = false;
    },
  };
}
