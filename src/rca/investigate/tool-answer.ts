import type { Finding } from "../gather/evidence-book.ts";

/** Characters of one answer: enough for a pod's state or thirty log lines. */
export const answerChars = 2_400;

/** A finding with what was found, or that there is nothing. */
export function answer(base: Omit<Finding, "text" | "status">, text: string | undefined, nothing: string): Finding {
  return text === undefined
    ? { ...base, text: nothing, status: "no-data" }
    : { ...base, text, status: "ok", maxChars: answerChars };
}
