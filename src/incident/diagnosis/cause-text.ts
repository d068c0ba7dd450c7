import { type CauseCode, causeTitles } from "../cause.ts";
import { type ObjectRef, refText } from "../object-ref.ts";

/** A cause with its culprit, for people: `memory limit too low (Deployment shop/carts)`. */
export function causeText(cause: CauseCode, culprit: ObjectRef): string {
  return `${causeTitles[cause]} (${refText(culprit)})`;
}
