import { withoutHidden } from "../../../lib/visible-text.ts";
import { localTimes } from "../../local-times.ts";
import type { Say } from "../../plan-words.ts";
import { cut } from "../../words.ts";

/**
 * Text for Slack. mrkdwn gives meaning to & < > only (https://docs.slack.dev/messaging/formatting-message-text/), so
 * escaped text cannot mention, link or ping; control and direction-changing characters are taken out because they can
 * make a line read differently from what it is.
 */
export const cleanText = withoutHidden;

/** Between colons these are pictures (https://github.com/iamcal/emoji-data); other hexadecimal is a part of an address or of a time. */
const shortPictures = new Set(["100", "1234", "a", "ab", "b", "bee", "cd"]);

/**
 * `server.js:100:102` stays as it is: Slack takes a name between colons for a picture. The sign that is put behind the colon is not
 * seen; it asks for text where there might be a picture (U+FE0E, Unicode Technical Standard 51).
 */
export function withoutPictures(text: string): string {
  return text.replace(/:(?=([\p{L}\p{N}_+'-]{1,100}):)/gu, (colon, name: string) =>
    /^(?:[\da-f]{1,4}|\d+)$/.test(name) && !shortPictures.has(name) ? colon : `${colon}\ufe0e`,
  );
}

/** Of any length; `mrkdwn` also cuts. Escaped twice it would show its entities. */
export function escapeMrkdwn(text: string): string {
  return withoutPictures(cleanText(text)).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Escapes, then cuts so that the result fits and no entity is split. */
export function mrkdwn(text: string, limit: number): string {
  let out = "";
  for (const char of withoutPictures(cleanText(text))) {
    const piece = char === "&" ? "&amp;" : char === "<" ? "&lt;" : char === ">" ? "&gt;" : char;
    if (out.length + piece.length > limit - 1) return `${out}…`;
    out += piece;
  }
  return out;
}

/** What somebody wrote in Slack, as they read it: mentions without a name are left out, links are their words. */
export function asWritten(text: string): string {
  return cleanText(text)
    .replace(/<(?:[@!#])[^<>|]*(?:\|([^<>]*))?>/g, (_all, name?: string) => name ?? "")
    .replace(/<([^<>|\s]+)(?:\|([^<>]*))?>/g, (_all, href: string, name?: string) => name || href)
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/[\s,]+$/, "");
}

/** The name under which a file is shown: one line. */
export function fileTitle(text: string): string {
  return cut(cleanText(text).replace(/\s+/g, " ").trim(), 200);
}

/** How sentences that all surfaces share are written here. */
export const slackSay: Say = {
  time: (ms) => slackTime(ms, "{time}"),
  moment: (ms) => slackTime(ms, "{date_short_pretty} {time}"),
  text: mrkdwn,
};

/** A text that is kept, with its moments in the reader's own zone. Times of day grow when they are written so: `limit` leaves room. */
export function prose(text: string, limit: number, around: number): string {
  return localTimes(mrkdwn(text, limit), around, (ms) => slackTime(ms, "{time_secs}"));
}

/** How long ago, in the reader's own words; what a client without it shows is the moment in UTC. */
export function slackAgo(ms: number): string {
  return slackTime(ms, "{ago}");
}

/** A moment in the reader's own time zone, with a UTC fallback. */
export function slackTime(ms: number, format = "{date_short_pretty} {time_secs}"): string {
  return `<!date^${Math.floor(ms / 1000)}^${format}|${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC>`;
}
