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

/** An alert that fires; `overdueMs`: for how long nobody has repeated it, where that is longer than its Alertmanager waits. */
export interface FiringAlert extends Alert {
  readonly overdueMs?: number;
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
  /** Oldest first. Alerts that were not repeated for too long, or were left out for `graceMs`, are no longer among them. */
  firing(now: number): FiringAlert[];
  /** Firing alerts that found no place. */
  readonly dropped: number;
}

export interface AlertStoreOptions {
  readonly maxAlerts?: number;
  /**
   * How often an Alertmanager repeats what fires (its `repeat_interval`), by default every four hours. What it has missed to repeat
   * twice is held back as a whole group, or the Alertmanager is gone: nobody will ever say that it has ended. Pauses that were
   * longer are learned from.
   */
  readonly repeatMs?: number;
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

const hourMs = 3_600_000;
/** No Alertmanager waits longer on purpose: its own notes of what it sent are kept for five days. */
const longestRepeatMs = 48 * hourMs;

/**
 * By default 2,000 alerts at once; what fires beyond them is dropped and counted. Defaults of Alertmanager:
 * https://prometheus.io/docs/alerting/latest/configuration/
 */
export function createAlertStore({
  maxAlerts = 2_000,
  repeatMs = 4 * hourMs,
  graceMs = 6 * 60_000,
}: AlertStoreOptions = {}): AlertStore {
  const alerts = new Map<string, Held>();
  /** When those were told last that were given up; bounded like the alerts. */
  const givenUp = new Map<string, Pick<Held, "alert" | "toldAt">>();
  let repeats = repeatMs;
  let dropped = 0;
  const learn = ({ alert, toldAt }: Pick<Held, "alert" | "toldAt">, { startsAt }: Alert, at: number) => {
    if (alert.startsAt === startsAt) repeats = Math.min(longestRepeatMs, Math.max(repeats, at - toldAt));
  };
  const giveUp = (key: string, held: Held) => {
    alerts.delete(key);
    givenUp.delete(key);
    givenUp.set(key, held);
    const [oldest] = givenUp.keys();
    if (givenUp.size > maxAlerts && oldest !== undefined) givenUp.delete(oldest);
  };
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
      const before = known ?? givenUp.get(alert.fingerprint);
      if (before) learn(before, alert, at);
      givenUp.delete(alert.fingerprint);
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
      for (const [key, held] of alerts) {
        if (now - (held.leftOutAt ?? now) > graceMs) alerts.delete(key);
        else if (now - held.toldAt > 2 * repeats + hourMs) giveUp(key, held);
      }
      return [...alerts.values()]
        .map(({ alert, toldAt }) =>
          now - toldAt > repeats + hourMs / 2 ? { ...alert, overdueMs: now - toldAt } : alert,
        )
        .sort((a, b) => a.startsAt - b.startsAt);
    },
    get dropped() {
      return dropped;
    },
  };
}
