/** A number between 0 and 1, the same for the same position. */
export const share = (i: number): number => ((Math.imul(i + 1, 2_654_435_761) >>> 0) % 10_007) / 10_007;

/** A number between 0 and 1, the same for the same text. */
export function shareOf(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return share(hash >>> 0);
}
