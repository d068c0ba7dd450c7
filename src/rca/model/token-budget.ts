export interface TokenBudgetOptions {
  /** Tokens in any hour, in and out, over all incidents. */
  readonly perHour: number;
  /** Tokens for one incident in its whole life: every diagnosis, second reading and question. */
  readonly perIncident: number;
  /** Unix ms. */
  readonly now: () => number;
  /** What was spent before this process started. */
  readonly spent?: readonly Spending[];
}

/** Tokens, in and out together, that were spent for an incident at a time (unix ms). */
export interface Spending {
  readonly at: number;
  readonly incidentId: string;
  readonly tokens: number;
}

export type Reservation =
  | { readonly type: "reserved"; settle(tokens: number): void }
  | { readonly type: "refused"; readonly by: "hour" | "incident" };

export interface TokenBudget {
  /** Sets aside what a request may cost at most; `settle` puts what it did cost in its place. */
  reserve(incidentId: string, tokens: number): Reservation;
  readonly lastHour: number;
  /** Requests that were not made, by the cap that stopped them. */
  readonly refused: { readonly hour: number; readonly incident: number };
}

const hourMs = 3_600_000;
/** Incidents whose spending is remembered; the one that spent nothing for longest is forgotten first. */
const maxIncidents = 5_000;

/**
 * Keeps what models cost under its caps (promise L5). What a request may cost at most is set aside before it is made, so that
 * requests that run at the same time cannot go over together.
 */
export function createTokenBudget(options: TokenBudgetOptions): TokenBudget {
  const { perHour, perIncident, now } = options;
  const recent: { at: number; tokens: number }[] = [];
  const incidents = new Map<string, number>();
  const refused = { hour: 0, incident: 0 };
  let lastHour = 0;

  const forget = () => {
    const before = now() - hourMs;
    while (recent[0] && recent[0].at < before) lastHour -= recent.shift()?.tokens ?? 0;
  };
  const charge = (incidentId: string, tokens: number) => {
    const sum = (incidents.get(incidentId) ?? 0) + tokens;
    incidents.delete(incidentId);
    incidents.set(incidentId, sum);
    if (incidents.size > maxIncidents) {
      const oldest = incidents.keys().next().value;
      if (oldest !== undefined) incidents.delete(oldest);
    }
  };
  for (const { at, incidentId, tokens } of options.spent ?? []) {
    charge(incidentId, tokens);
    recent.push({ at, tokens });
    lastHour += tokens;
  }
  recent.sort((a, b) => a.at - b.at);

  return {
    reserve(incidentId, tokens) {
      forget();
      if ((incidents.get(incidentId) ?? 0) + tokens > perIncident) {
        refused.incident++;
        return { type: "refused", by: "incident" };
      }
      if (lastHour + tokens > perHour) {
        refused.hour++;
        return { type: "refused", by: "hour" };
      }
      const entry = { at: now(), tokens };
      recent.push(entry);
      lastHour += tokens;
      charge(incidentId, tokens);
      let settled = false;
      return {
        type: "reserved",
        settle(actual) {
          if (settled) return;
          settled = true;
          if (recent.includes(entry)) lastHour += actual - entry.tokens;
          charge(incidentId, actual - entry.tokens);
          entry.tokens = actual;
        },
      };
    },
    get lastHour() {
      forget();
      return lastHour;
    },
    refused,
  };
}
