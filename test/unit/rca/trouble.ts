import type { ActionCode } from "../../../src/incident/action-code.ts";
import type { CauseCode } from "../../../src/incident/cause.ts";
import type { Shop } from "./shop.ts";

type Symptom = Parameters<Shop["diagnose"]>[0][number];

/** One thing that goes wrong in a quiet shop, and what the diagnosis must come to. */
export interface Trouble {
  readonly name: string;
  readonly cause: CauseCode;
  readonly culprit: string;
  /** Must stand among the first two. */
  readonly fix: readonly [ActionCode, string];
  /** Words of a step of the first guide. */
  readonly step?: string;
  readonly symptoms: readonly Symptom[];
  readonly breakIt: (shop: Shop) => void;
}

/** A line of a client whose peer does not listen. */
export const refusedBy = (peer: string) =>
  `ts=2026-11-20T23:36:55Z level=error msg="call to ${peer} failed: connect ECONNREFUSED 10.96.1.2:80"`;
