/** Rough but safe: no tokenizer makes more than one token of three characters of such text on average. */
export const charsPerToken = 3;

/**
 * For bounds, before a server has counted: an upper bound for English, JSON and logs, not for scripts of which a sign
 * takes several.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charsPerToken);
}
