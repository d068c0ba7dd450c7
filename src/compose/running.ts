/** What has been started, and how it ends. */
export interface Running {
  /** Aborted when everything is to stop. */
  readonly signal: AbortSignal;
  /** Work that goes on until the signal; when it fails, kubemend has failed. */
  keep(work: Promise<unknown>): void;
  /** A part that is to be closed at the end, the last one first. */
  use<Part extends AsyncDisposable>(part: Part): Part;
  /** From here on whoever called ends it. */
  handOver(): Started;
}

export interface Started extends AsyncDisposable {
  /** Resolves when stopped, rejects when something that must not fail has failed. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Collects the parts while they are started. Disposed before it is handed over, it stops those that run already: they must not keep the process. */
export function createRunning(): Running & AsyncDisposable {
  const stopping = new AbortController();
  const started = new AsyncDisposableStack();
  started.defer(() => stopping.abort());
  const kept: Promise<unknown>[] = [];
  return {
    signal: stopping.signal,
    keep: (work) => {
      kept.push(work);
    },
    use: (part) => started.use(part),
    handOver() {
      const parts = started.move();
      const done = Promise.all(kept).then(() => undefined);
      const stop = async () => {
        stopping.abort();
        // Whoever waits for `done` is told of it.
        await done.catch(() => undefined);
        await parts.disposeAsync();
      };
      return { done, stop, [Symbol.asyncDispose]: stop };
    },
    async [Symbol.asyncDispose]() {
      await started.disposeAsync();
    },
  };
}
