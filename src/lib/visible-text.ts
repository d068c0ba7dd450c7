/** Characters that hide, or make a line read differently from what it is. Tab and line feed stay. */
const deceptive =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Makes visible what would hide: NUL as `[U+0000]`, a change of direction as `[U+202E]`. A log line is shown, not played. */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(deceptive, (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`)
    .replace(loneSurrogate, "\ufffd");
}
