import type { FewAtATime } from "../lib/few-at-a-time.ts";

/** Of several answers that come at once only a few may be long: the others wait half-read, and their senders with them. */
export interface LongAnswers {
  /** What every answer may have of its own. */
  readonly freeBytes: number;
  readonly places: FewAtATime;
  readonly signal: AbortSignal;
}

/** The whole body of an answer as text, and no more than its bound. @throws what `tooLarge` makes when there is more */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  tooLarge: () => Error,
  long?: LongAnswers,
): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  let leave: (() => void) | undefined;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      if (long && bytes > long.freeBytes) leave ??= await long.places.enter(long.signal);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } finally {
    leave?.();
  }
}

/** The beginning of an answer as text; what comes after `maxBytes` is not waited for. */
export async function readBeginning(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let left = maxBytes;
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.length;
    if (left <= 0) break;
  }
  return text;
}
