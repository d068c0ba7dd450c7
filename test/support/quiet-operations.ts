import type { Operations } from "../../src/bot/desk.ts";

const nothing = async () => ({ ok: false as const, text: "Not here." });

/** Operations of a desk in which there is nothing to see; tests replace what they are about. */
export const quietOperations: Operations = {
  declare: nothing,
  diagnose: async () => ({ type: "nothing", text: "Nothing abnormal is seen." }),
  addNote: nothing,
  rate: nothing,
  previewSilence: async ({ matcher, startsInMs, durationMs }) => ({
    matcher,
    from: 1_700_000_000_000 + startsInMs,
    until: 1_700_000_000_000 + startsInMs + durationMs,
    active: [],
    more: 0,
    open: [],
    past: { matched: 0, of: 0, days: 7 },
  }),
  silence: nothing,
  silences: async () => [],
  endSilence: nothing,
  home: async () => ({
    now: 1_700_000_000_000,
    cluster: "test",
    open: [],
    openTotal: 0,
    approvals: [],
    approvalsTotal: 0,
    fixes: [],
    silences: [],
    health: [],
    precision: { right: 0, wrong: 0, days: 30 },
    frozen: false,
  }),
  health: async () => [],
};
