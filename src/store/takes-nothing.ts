import { errorCode } from "../lib/error-code.ts";
import { isConnectionLost } from "./connection-lost.ts";

/** No room (class 53: disk_full), a system that fails (58), read-only (25006): https://www.postgresql.org/docs/current/errcodes-appendix.html */
const nothingCode = /^(?:53|58|25006)/;

/** Whether a write failed because the database takes none, whatever it says; not because of what is wrong with this one. */
export function takesNothing(error: unknown): boolean {
  return nothingCode.test(errorCode(error) ?? "") || isConnectionLost(error);
}
