import type { FrozenBy } from "../../bot/incident-view.ts";
import type { FreezeState } from "../../store/plans/freeze.ts";

/** Who has frozen changes, for views; nothing while they are allowed, or when nobody knows who it was. */
export const frozenByOf = ({ frozen, by, at, reason }: FreezeState): { readonly frozenBy?: FrozenBy } =>
  frozen && by ? { frozenBy: { name: by.name, at, ...(reason === null ? {} : { reason }) } } : {};
