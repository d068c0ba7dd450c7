/** One alert of an Alertmanager, as it last told. The text inside is hostile. */
export interface Alert {
  /** Of the alert's labels, by the Alertmanager: equal for the same alert. */
  readonly fingerprint: string;
  readonly status: "firing" | "resolved";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Unix ms. */
  readonly startsAt: number;
  readonly endsAt?: number;
}

/** The alerts that fire now, bounded. */
export interface AlertStore {
  /** Takes what was told at a time: a resolved alert leaves, a firing one is held until it is resolved or goes stale. */
  apply(alert: Alert, at: number): void;
  /** Oldest first. Alerts that were not repeated for `staleMs` are no longer among them. */
  firing(now: number): Alert[];
  /** Firing alerts that found no place. */
  readonly dropped: number;
}

export interface AlertStoreOptions {
  readonly maxAlerts?: number;
  /** An Alertmanager repeats what fires, by default every four hours; one that is gone for good never resolves. */
  readonly staleMs?: number;
}

export function createAlertStore({
  maxAlerts = 2_000,
  staleMs = 25 * 60 * 60_000,
}: AlertStoreOptions = {}): AlertStore {
  const alerts = new Map<string, { readonly alert: Alert; readonly toldAt: number }>();
  let dropped = 0;
  return {
    apply(alert, at) {
      const known = alerts.get(alert.fingerprint);
      // Deliveries may overtake each other: what began later says more than what ended before.
      if (alert.status === "resolved") {
        if (known && known.alert.startsAt <= (alert.endsAt ?? at)) alerts.delete(alert.fingerprint);
        return;
      }
      if (!known && alerts.size >= maxAlerts) dropped++;
      else alerts.set(alert.fingerprint, { alert, toldAt: at });
    },
    firing(now) {
      for (const [key, { toldAt }] of alerts) if (now - toldAt > staleMs) alerts.delete(key);
      return [...alerts.values()].map(({ alert }) => alert).sort((a, b) => a.startsAt - b.startsAt);
    },
    get dropped() {
      return dropped;
    },
  };
}
