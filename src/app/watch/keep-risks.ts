import type { Observation } from "../../cluster/observation.ts";
import { hygieneFindings } from "../../detection/hygiene/hygiene-findings.ts";
import { topologyRisks } from "../../detection/hygiene/topology-risk.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Risk } from "../../incident/risk.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { saveRisks } from "../../store/cluster/risks.ts";
import type { Database } from "../../store/database.ts";

export interface KeepRisksDeps {
  readonly cluster: string;
  readonly database: Database;
  readonly observation: Observation;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Whether the watch has told everything: half a cluster has half of its risks. */
  readonly seesAll: () => boolean;
  readonly everyMs?: number;
}

/** While the watch lists what there is, and after the database was away. */
const retryMs = 30_000;

/** Weak spots of the layout first, then what is wrong without being broken, risks before untidiness. Pure but for redaction. */
export function risksOf(observation: Observation, redact: Redact, now: number): readonly Risk[] {
  const layout = topologyRisks(observation).map(
    ({ kind, target, why, remedy }): Risk => ({
      code: kind,
      target,
      level: "risk",
      text: redact(why),
      advice: redact(remedy),
    }),
  );
  const hygiene = hygieneFindings(observation, now).map(
    ({ code, target, level, text, advice }): Risk => ({
      code,
      target,
      level,
      text: redact(`${text}.`),
      advice: redact(advice),
    }),
  );
  return [...layout, ...hygiene].sort((a, b) => Number(b.level === "risk") - Number(a.level === "risk"));
}

/** Writes the current list once an hour, until aborted. Never rejects: a list that is an hour older harms nobody. */
export async function keepRisks(deps: KeepRisksDeps): Promise<void> {
  const { cluster, database, observation, clock, log, signal, everyMs = 60 * 60_000 } = deps;
  while (!signal.aborted) {
    let waitMs = retryMs;
    if (deps.seesAll()) {
      try {
        const now = clock.now();
        const risks = risksOf(observation, deps.redact, now);
        await saveRisks(database, cluster, risks, now);
        log.info({ risks: risks.length }, "risks.kept");
        waitMs = everyMs;
      } catch (error) {
        log.warn({ error: messageOf(error) }, "risks.not-kept");
      }
    }
    await rest(clock, waitMs, signal);
  }
}
