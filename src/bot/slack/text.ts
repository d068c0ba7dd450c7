/**
 * Text for Slack. mrkdwn gives meaning to & < > only (https://docs.slack.dev/messaging/formatting-message-text/), so
 * escaped text cannot mention, link or ping; control and direction-changing characters are taken out because they can
 * make a line read differently from what it is.
 */
const control =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

export function cleanText(text: string): string {
  // Half a pair would be no character at all on the way to Slack.
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(control, "");
}

export function escapeMrkdwn(text: string): string {
  return cleanText(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Cuts at a limit in UTF-16 units without splitting a pair, and says that it did. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.charCodeAt(limit - 2);
  return `${text.slice(0, end >= 0xd800 && end <= 0xdbff ? limit - 2 : limit - 1)}…`;
}

/** Escapes, then cuts so that the result fits and no entity is split. */
export function mrkdwn(text: string, limit: number): string {
  let out = "";
  for (const char of cleanText(text)) {
    const piece = char === "&" ? "&amp;" : char === "<" ? "&lt;" : char === ">" ? "&gt;" : char;
    if (out.length + piece.length > limit - 1) return `${out}…`;
    out += piece;
  }
  return out;
}

/** A moment in the reader's own time zone, with a UTC fallback. */
export function slackTime(ms: number, format = "{date_short_pretty} {time_secs}"): string {
  return `<!date^${Math.floor(ms / 1000)}^${format}|${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC>`;
}

/** `45 s`, `2 min 10 s`, `1 h 5 min`, `3 d 2 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600)
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1_440)} d ${Math.floor((minutes % 1_440) / 60)} h`;
}

/** Words for a probability, so that 0.93 and 0.51 do not read alike. */
export function confidenceWords(probability: number): string {
  if (probability >= 0.9) return "almost certain";
  if (probability >= 0.75) return "very likely";
  if (probability >= 0.55) return "likely";
  if (probability >= 0.35) return "possible";
  return "a guess";
}

export function percent(probability: number): string {
  return `${Math.round(Math.min(0.99, Math.max(0.01, probability)) * 100)} %`;
}
