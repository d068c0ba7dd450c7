import { secretToken } from "../ids.ts";

export type TriggerUse =
  | { readonly kind: "good"; readonly user: string }
  | { readonly kind: "refused"; readonly error: "invalid_trigger_id" | "expired_trigger_id" | "exchanged_trigger_id" };

/** trigger_ids: each lets the app open one view, for a few seconds. */
export interface Triggers {
  issue(user: string): string;
  use(id: string): TriggerUse;
}

interface Trigger {
  readonly user: string;
  readonly issuedAt: number;
  used: boolean;
}

/** Enough for the clicks of a load test within the life of a trigger. */
const mostTriggers = 10_000;

/** `now` and `lifeMs` in ms. Holds 10,000 of them, the oldest is forgotten first. */
export function createTriggers(now: () => number, lifeMs: number): Triggers {
  const triggers = new Map<string, Trigger>();
  return {
    issue: (user) => {
      const id = `${Math.floor(now() / 1000)}.${secretToken()}`;
      triggers.set(id, { user, issuedAt: now(), used: false });
      const [oldest] = triggers.keys();
      if (triggers.size > mostTriggers && oldest !== undefined) triggers.delete(oldest);
      return id;
    },
    use: (id) => {
      const trigger = triggers.get(id);
      if (!trigger) return { kind: "refused", error: "invalid_trigger_id" };
      if (now() - trigger.issuedAt > lifeMs) return { kind: "refused", error: "expired_trigger_id" };
      if (trigger.used) return { kind: "refused", error: "exchanged_trigger_id" };
      trigger.used = true;
      return { kind: "good", user: trigger.user };
    },
  };
}
