import { utcTime } from "../../lib/clock.ts";
import type { Evidence } from "./evidence.ts";
import { type Told, toldOnce } from "./told-once.ts";

type Quoted = Pick<Evidence, "id" | "text" | "at">;

/** Evidence that is shown in full, for what points at it. */
export const asTold = (items: readonly Quoted[]): readonly Told[] => items.map(({ id, text }) => ({ name: id, text }));

/**
 * What evidence says, in the order in which it is read and where its id and its time stand beside it: neither the time nor a message
 * that one above quotes is told again.
 */
export function evidenceTexts(items: readonly Quoted[]): readonly string[] {
  return toldOnce(
    items.map(({ id, text, at }) => {
      const time = `${utcTime(at)}: `;
      return { name: id, text: text.startsWith(time) ? text.slice(time.length) : text };
    }),
  );
}
