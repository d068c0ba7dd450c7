/** Where the sentence of a structured line stands. */
export interface Structured {
  start: number;
  end: number;
  /** 1 JSON, 2 pairs of keys and values. */
  kind: number;
}

/** Keys that hold the sentence, the most telling first. */
export const MESSAGE_KEYS: readonly string[] = [
  "msg",
  "message",
  "log",
  "MESSAGE",
  "Message",
  "@message",
  "@m",
  "@mt",
  "RenderedMessage",
  "MessageTemplate",
  "short_message",
  "textPayload",
  "text",
  "event",
  "error",
  "err",
  "body",
  "Body",
  "stringValue",
  "string_value",
  "M",
  "output",
  "reason",
];

/** By length and first letter, which tell most keys that hold no sentence. */
const MESSAGE_SHAPES = new Set(MESSAGE_KEYS.map((key) => key.length * 256 + key.charCodeAt(0)));

/** How telling the key text[start, end) is, 0 the most; -1 when it holds no sentence. */
export function messageRank(text: string, start: number, end: number): number {
  if (!MESSAGE_SHAPES.has((end - start) * 256 + text.charCodeAt(start))) return -1;
  return MESSAGE_KEYS.indexOf(text.slice(start, end));
}
