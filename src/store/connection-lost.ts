import { AppError, messageOf } from "../lib/app-error.ts";
import { errorCode } from "../lib/error-code.ts";

/** Classes 08 (connection) and 57P (the server shuts down), and what Node says of sockets. */
const lostCode = /^(?:08|57P|ECONN|EPIPE|ETIMEDOUT)/;
const lostWords = /Connection terminated|timeout exceeded|Query read timeout/;

/**
 * Whether a query failed because its connection did, or none could be had in time: the same may work a moment later. What
 * has a code of our own has been judged already.
 */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof AppError) return false;
  return lostCode.test(errorCode(error) ?? "") || lostWords.test(messageOf(error));
}
