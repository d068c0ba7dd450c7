/** Lets a few in at a time; whoever comes later waits for a place, in order. */
export interface FewAtATime {
  /** Resolves with what gives the place back, which does so once. @throws the signal's reason when it is aborted before there is one */
  enter(signal?: AbortSignal): Promise<() => void>;
}

/** As many as there are `places` are in at the same time. Who is let in and never gives its place back keeps it. */
export function createFewAtATime(places: number): FewAtATime {
  const waiting = new Set<() => void>();
  let free = places;
  const placeGiven = () => {
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      const [next] = waiting;
      if (!next) free++;
      // The place goes over: nobody who comes now is before who waits.
      else if (waiting.delete(next)) next();
    };
  };
  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else
        await new Promise<void>((resolve, reject) => {
          const go = () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          };
          const stop = () => {
            waiting.delete(go);
            reject(signal?.reason);
          };
          waiting.add(go);
          signal?.addEventListener("abort", stop, { once: true });
        });
      return placeGiven();
    },
  };
}
