import { errorCode } from "../lib/error-code.ts";

/** `kubemend templates big.log | head` closes the pipe early; that is the reader's choice, not a failure. */
export function ignoreClosedPipe(error: unknown): void {
  if (errorCode(error) !== "EPIPE") throw error;
}
