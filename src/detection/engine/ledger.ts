import type { Detector, Finding } from "../detector.ts";
import { fingerprintOf, type LiveAnomaly, liveAnomaly } from "../live-anomaly.ts";

export interface LedgerOptions {
  /** An anomaly ends when its detector has not reported it for this long (ms). */
  readonly clearMs: () => number;
  /** Anomalies held at a time; more are counted and left out. */
  readonly maxAnomalies?: number;
  /** For the words of a finding, which may quote what was logged. Default: they are kept as they are. */
  readonly redact?: ((text: string) => string) | undefined;
}

/** After a start the watch has to list everything first, and a page of 10,000 pods takes its time. */
const adoptionMs = 45_000;

/** The anomalies that are there now. Detectors report in every tick; what they no longer report ends after a while. */
export interface Ledger {
  report(detector: Detector, finding: Finding, now: number): void;
  /** Ends what has gone quiet, unless `mayEnd` says that quiet proves nothing. Returns what ended. */
  sweep(now: number, mayEnd: (live: LiveAnomaly) => boolean): LiveAnomaly[];
  /** Takes over what an earlier process had found. It gets time to be found again before silence means anything. */
  adopt(live: LiveAnomaly): void;
  /** Lets go of some without their having ended. */
  forget(which: (live: LiveAnomaly) => boolean): void;
  get(fingerprint: string): LiveAnomaly | undefined;
  all(): Iterable<LiveAnomaly>;
  readonly size: number;
  readonly dropped: number;
}

/**
 * 20,000 anomalies by default; a further one is counted and not told until there is room. One that nobody has found
 * again 45 s after it was adopted, and `clearMs` more, ends as any other.
 */
export function createLedger(options: LedgerOptions): Ledger {
  const { maxAnomalies = 20_000, redact } = options;
  const live = new Map<string, LiveAnomaly>();
  let dropped = 0;

  return {
    report(detector, finding, now) {
      const fingerprint = fingerprintOf(detector.name, finding);
      const known = live.get(fingerprint);
      // Several pods of one workload in the same trouble are one anomaly: the first speaks for them in this tick.
      if (known?.lastSeenAt === now) return;
      if (!known && live.size >= maxAnomalies) {
        dropped++;
        return;
      }
      const { headline, summary } = finding;
      const told = redact ? { ...finding, headline: redact(headline), summary: redact(summary) } : finding;
      live.set(fingerprint, liveAnomaly(detector, told, now, known));
    },
    sweep(now, mayEnd) {
      const ended: LiveAnomaly[] = [];
      for (const [fingerprint, one] of live) {
        if (!Number.isFinite(one.lastSeenAt)) {
          live.set(fingerprint, { ...one, lastSeenAt: now + adoptionMs });
          continue;
        }
        if (now - one.lastSeenAt < options.clearMs() || !mayEnd(one)) continue;
        live.delete(fingerprint);
        ended.push({ ...one, anomaly: { ...one.anomaly, endsAt: one.lastSeenAt } });
      }
      return ended;
    },
    adopt: (one) => void live.set(one.anomaly.fingerprint, { ...one, adopted: true, lastSeenAt: Number.NaN }),
    forget(which) {
      for (const [fingerprint, one] of live) if (which(one)) live.delete(fingerprint);
    },
    get: (fingerprint) => live.get(fingerprint),
    all: () => live.values(),
    get size() {
      return live.size;
    },
    get dropped() {
      return dropped;
    },
  };
}
