import { utcTime } from "../../../lib/clock.ts";

/** What a round of queries has shown. */
export interface RoundFacts {
  readonly at: number;
  /** Time of the newest sample that the server has (ms); undefined when it has none. */
  readonly newestAt: number | undefined;
  /** How often the server scrapes (ms). */
  readonly intervalMs: number;
  readonly queries: number;
  readonly failed: number;
  /** The first failure, in words. */
  readonly error: string | undefined;
  readonly points: number;
  /** Warnings of the server, shown with the first good answer that has them. */
  readonly warning: string | undefined;
}

/** What to tell about the source; undefined when nothing has changed. */
export type Sight = { readonly ok: boolean; readonly detail: string };

/** Together with the patience of whoever hears it, silence is told within two minutes (promise D6). */
const patienceMs = 45_000;
const staleMs = 60_000;

/** Whether the newest sample is older than a server that scrapes every `intervalMs` should have. */
export function isStale(at: number, newestAt: number, intervalMs: number): boolean {
  return at - newestAt > Math.max(staleMs, 1.5 * intervalMs + 5_000);
}

/** Why a round shows nothing of the present; undefined when it does. `since` is when that began. */
function troubleOf(facts: RoundFacts): { readonly why: string; readonly since: number } | undefined {
  const { at, newestAt, intervalMs, queries, failed, error, points } = facts;
  if (queries > 0 && failed === queries) return { why: error ?? "no query is answered", since: at };
  if (newestAt === undefined) return { why: "Prometheus answers, but has no sample: nothing is scraped", since: at };
  if (isStale(at, newestAt, intervalMs))
    return { why: `the newest sample of Prometheus is from ${utcTime(newestAt)}`, since: newestAt };
  if (failed * 2 > queries) return { why: `${failed} of ${queries} queries fail: ${error ?? ""}`, since: at };
  if (points === 0) return { why: "Prometheus answers with nothing about the watched pods and nodes", since: at };
  return undefined;
}

/**
 * Judges rounds one after the other: down, refusing, without samples, with old samples only, or empty where there was
 * something before. A server that has never known the watched pods is told as well: monitoring is blind either way.
 */
export function createPrometheusSight(): (facts: RoundFacts) => Sight | undefined {
  let told: string | undefined;
  let failingSince: number | undefined;

  return (facts) => {
    const trouble = troubleOf(facts);
    const tell = (ok: boolean, key: string, detail: string): Sight | undefined => {
      if (key === told) return undefined;
      told = key;
      return { ok, detail };
    };
    if (!trouble) {
      failingSince = undefined;
      const { warning } = facts;
      return tell(
        true,
        `ok ${warning ?? ""}`,
        `Prometheus answers${warning === undefined ? "" : `, with a warning: ${warning}`}`,
      );
    }
    failingSince = Math.min(failingSince ?? trouble.since, trouble.since);
    return facts.at - failingSince < patienceMs ? undefined : tell(false, "blind", trouble.why);
  };
}
