/** The first of several starts (ms), or the second where the first stands alone and may be dated too early; undefined without any. */
export function beganAt(starts: readonly number[]): number | undefined {
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.length >= 4 ? sorted[1] : sorted[0];
}
