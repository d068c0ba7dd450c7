import { createDesk } from "../../src/app/desk/desk.ts";
import type { DeskDeps } from "../../src/app/desk/desk-deps.ts";
import type { Desk } from "../../src/bot/desk.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Database } from "../../src/store/database.ts";
import { clean } from "./incident-view.ts";
import { boundless, planStore } from "./plan-life.ts";

/** A desk over a database whose policy lets everybody do everything; nobody is told, and no job runs. `own` is what a test is about. */
export function deskOf(database: Database, own: Partial<DeskDeps> = {}): Desk {
  return createDesk({
    database,
    plans: planStore(database),
    policy: boundless,
    redact: clean,
    changed: async () => undefined,
    statusDecided: () => undefined,
    jobs: { send: async () => undefined },
    clock: systemClock,
    ask: async () => ({ type: "refused", reason: "empty-question", text: "" }),
    ...own,
  });
}
