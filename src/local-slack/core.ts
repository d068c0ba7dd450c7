import type { Events } from "./bot/events.ts";
import type { CoreBase } from "./core-base.ts";

/** What every part works on. */
export interface Core extends CoreBase {
  readonly events: Events;
}
