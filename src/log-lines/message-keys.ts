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
  "content",
  "error",
  "err",
  "body",
  "Body",
  "stringValue",
  "string_value",
  "M",
  "output",
  "reason",
  "info",
  "description",
];

/** The first argument, as tslog names it: the sentence beside `_meta`, where nothing else is. */
export const FIRST_ARGUMENT = "0";

/** Keys that name what kind of thing is told; the kind stands for a sentence where there is none. */
const KIND_KEYS: readonly string[] = [
  FIRST_ARGUMENT,
  "event.action",
  "eventName",
  "event_type",
  "eventType",
  "action",
  "operation",
  "verb",
  "kind",
  "type",
  "op",
];
const RANKED = [...MESSAGE_KEYS, ...KIND_KEYS];

/** By length and first letter, which tell most keys that hold no sentence. */
const SHAPES = new Set(RANKED.map((key) => key.length * 256 + key.charCodeAt(0)));

/** How telling the key text[start, end) is, 0 the most; from `MESSAGE_KEYS.length` on it names a kind; -1 when it holds neither. */
export function messageRank(text: string, start: number, end: number): number {
  if (!SHAPES.has((end - start) * 256 + text.charCodeAt(start))) return -1;
  return RANKED.indexOf(text.slice(start, end));
}
