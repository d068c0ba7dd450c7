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
  apply(alert: Alert, at: number, group?: string): void;
  /**
   * A group has told of all that it has: alerts that it once told of and does not name any more have ended, or are held back
   * by an inhibition or a silence. They leave after `graceMs`. An alert of several groups stays while one of the others has it.
   */
  settle(group: string, named: ReadonlySet<string>, at: number): void;
  /** Oldest first. Alerts that were not repeated for `staleMs`, or were left out for `graceMs`, are no longer among them. */
  firing(now: number): Alert[];
  /** Firing alerts that found no place. */
  readonly dropped: number;
}

export interface AlertStoreOptions {
  readonly maxAlerts?: number;
  /** An Alertmanager repeats what fires, by default every four hours; one that is gone for good never resolves. */
  readonly staleMs?: number;
  /**
   * An Alertmanager that has just been started, or one of a pair, may know of a part of a group only; it is complete with the
   * group's next notification, by default after five minutes.
   */
  readonly graceMs?: number;
}

/** An alert of more groups than this is never missed by one of them: not all of its groups are known. */
const maxGroups = 20;

interface Held {
  readonly alert: Alert;
  readonly toldAt: number;
  readonly groups: Set<string>;
  /** Since when none of its groups names it. */
  leftOutAt?: number;
}

export function createAlertStore({
  maxAlerts = 2_000,
  staleMs = 25 * 60 * 60_000,
  graceMs = 6 * 60_000,
}: AlertStoreOptions = {}): AlertStore {
  const alerts = new Map<string, Held>();
  let dropped = 0;
  return {
    apply(alert, at, group) {
      const known = alerts.get(alert.fingerprint);
      // Deliveries may overtake each other: what began later says more than what ended before.
      if (alert.status === "resolved") {
        if (known && known.alert.startsAt <= (alert.endsAt ?? at)) alerts.delete(alert.fingerprint);
        return;
      }
      if (!known && alerts.size >= maxAlerts) {
        dropped++;
        return;
      }
      const groups = known?.groups ?? new Set();
      if (group !== undefined && groups.size < maxGroups) groups.add(group);
      alerts.set(alert.fingerprint, { alert, toldAt: at, groups });
    },
    settle(group, named, at) {
      for (const [key, held] of alerts) {
        const { groups } = held;
        if (named.has(key) || groups.size >= maxGroups || !groups.delete(group)) continue;
        if (groups.size === 0) held.leftOutAt = at;
      }
    },
    firing(now) {
      for (const [key, { toldAt, leftOutAt = now }] of alerts)
        if (now - toldAt > staleMs || now - leftOutAt > graceMs) alerts.delete(key);
      return [...alerts.values()].map(({ alert }) => alert).sort((a, b) => a.startsAt - b.startsAt);
    },
    get dropped() {
      return dropped;
    },
  };
}
