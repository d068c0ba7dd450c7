import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { digestOf } from "../../lib/stable-hash.ts";

/** The digest of everything a plan says and will do. `state` moves on after approval and is therefore not part of it. */
export function planDigest(
  plan: Omit<ActionPlan, "digest" | "state"> & Partial<Pick<ActionPlan, "digest" | "state">>,
): string {
  const { digest: _digest, state: _state, ...content } = plan;
  return digestOf(content);
}
