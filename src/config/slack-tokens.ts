import type { Config } from "./config.ts";

export interface MixedUp {
  readonly setting: "botToken" | "appToken";
  readonly holds: string;
}

/** Slack's tokens look alike, and one in the place of another is refused without a word about it. Undefined when they are right. */
export function mixedUpTokens({ botToken = "", appToken = "" }: Config["slack"]): MixedUp | undefined {
  if (botToken.startsWith("xapp-")) return { setting: "botToken", holds: "an App-Level Token (xapp-…)" };
  if (botToken.startsWith("xoxp-")) return { setting: "botToken", holds: "the token of a person (xoxp-…)" };
  if (appToken.startsWith("xox")) return { setting: "appToken", holds: "no App-Level Token (xapp-…)" };
  return undefined;
}
