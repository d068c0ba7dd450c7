import type { ModelPort } from "./model-port.ts";

/** Tokens with what they cost, where prices are known. */
export function costOf(tokens: { readonly input: number; readonly output: number }, price: ModelPort["price"]) {
  return {
    ...tokens,
    ...(price
      ? { costUsd: (tokens.input * price.inputUsdPerMillion + tokens.output * price.outputUsdPerMillion) / 1e6 }
      : {}),
  };
}
