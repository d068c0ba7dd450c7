import type { LineFields } from "../../log-lines/line-fields.ts";

/** Words of a warning that say that something was refused or did not work; other warnings are the application's affair. */
const refusal =
  /\b(denied|forbidden|unauthori[sz]ed|refused|timed? ?out|timeout|fail(ed|ure|s)?|cannot|exhausted|unavailable|unreachable|expired|no such host|ENOTFOUND|ECONN\w+|ENOSPC|no space left)\b/i;

/** Anywhere in the text, in English; false for what only warns of a setting or a slow answer. */
export const tellsOfRefusal = (message: string): boolean => refusal.test(message);

/** A request comes when somebody wants something; a program's own clock has no part in it. */
export const isAboutRequest = (fields: LineFields | undefined): boolean =>
  fields !== undefined &&
  (fields.trace !== undefined ||
    fields.method !== undefined ||
    fields.status !== undefined ||
    fields.path !== undefined ||
    fields.peer !== undefined);
