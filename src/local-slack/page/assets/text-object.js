import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** A text object: plain, or mrkdwn. */
export function textObject(text) {
  if (text === undefined || text === null) return "";
  return text.type === "mrkdwn"
    ? mrkdwn(text.text, { verbatim: text.verbatim === true })
    : withEmoji(String(text.text));
}
