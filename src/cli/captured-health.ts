import type { HealthSample } from "../detection/health/simulate-health.ts";
import { type Treatment, treatedSamples } from "../detection/health/treated-samples.ts";
import type { ActionCode } from "../incident/action-code.ts";
import { systemClock } from "../lib/clock.ts";
import { readSamples } from "../store/cluster/read-samples.ts";
import { type AppliedFix, appliedFixes } from "../store/plans/applied-fixes.ts";
import { openConfigured } from "./open-configured.ts";

const mostSamples = 300_000;
const kinds: Partial<Record<ActionCode, Treatment["kind"]>> = {
  "soft-heal": "soft-heal",
  restart: "restart",
  "delete-pod": "restart",
};
const helped = { recovered: true, "not-recovered": false, worse: false, unknown: undefined } as const;

function treatmentOf({ action, target, at, verdict }: AppliedFix): Treatment {
  return {
    kind: kinds[action] ?? "other",
    namespace: target.namespace ?? "",
    name: target.name,
    at,
    helped: verdict === null ? undefined : helped[verdict],
  };
}

/**
 * `leftOut`: samples of trouble that no fix is known to have ended, or more good times than are needed. `fixes`: heals
 * and restarts that helped.
 */
export interface CapturedHealth {
  readonly samples: readonly HealthSample[];
  readonly source: string;
  readonly leftOut: number;
  readonly fixes: number;
}

/** What live capture has kept of the health endpoints of the configured cluster, labelled by the fixes that helped. */
export async function capturedHealth(configFile: string | undefined): Promise<CapturedHealth> {
  await using open = await openConfigured(configFile);
  const { cluster, capture } = open.config;
  const { database } = open.store;
  const to = systemClock.now();
  const from = to - capture.days * 86_400_000;
  const treatments = (await appliedFixes(database, cluster, from)).map(treatmentOf);
  const pages = readSamples(database, "pods", { cluster, from, to });
  const { samples, leftOut } = await treatedSamples(pages, treatments, mostSamples);
  return {
    samples,
    source: `what was captured of ${cluster}`,
    leftOut,
    fixes: treatments.filter(({ kind, helped }) => kind !== "other" && helped === true).length,
  };
}
