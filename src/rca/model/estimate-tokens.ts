/** Rough but safe: no tokenizer makes more than one token of three characters of such text on average. */
export const charsPerToken = 3;

export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charsPerToken);
}
