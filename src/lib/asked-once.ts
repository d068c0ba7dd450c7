/** The same, but whoever asks while an answer is being made gets that one: a thousand who ask at once cost as much as one. */
export function askedOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
