import { Counter, type Registry } from "prom-client";
import type { TurnedAway } from "../../bot/web/ingest.ts";
import type { Logger } from "../../lib/logger.ts";

/** Anybody may send what is turned away; the log hears of it at this pace (ms). */
const toldEveryMs = 60_000;

const remedies: Readonly<Record<TurnedAway, string>> = {
  token:
    "If logs, alerts or traces of yours are missing, give their sender ingest.token; else somebody else is sending.",
  closed: "If it should be taken, set ingest.token (KUBEMEND_INGEST_TOKEN) here and at the sender, or ingest.open.",
  "too-large": "Let the sender deliver less at once: 4 MiB, packed, are taken.",
  broken: "The sender went away, or spoke no proper HTTP; if it goes on, look at what is between.",
};

/** Counts deliveries that were turned away before anybody read them, and tells why: their senders may log it where nobody looks. */
export function countTurnedAway(
  registry: Registry,
  log: Pick<Logger, "warn">,
  now: () => number = () => performance.now(),
): (why: TurnedAway, path: string) => void {
  const turnedAway = new Counter({
    name: "kubemend_deliveries_turned_away_total",
    help: "Deliveries of logs, alerts and spans that were turned away unread, and why",
    labelNames: ["why"] as const,
    registers: [registry],
  });
  const reasons = Object.keys(remedies) as TurnedAway[];
  for (const why of reasons) turnedAway.inc({ why }, 0);
  const toldAt = new Map<TurnedAway, number>();
  return (why, path) => {
    turnedAway.inc({ why });
    if (now() - (toldAt.get(why) ?? Number.NEGATIVE_INFINITY) < toldEveryMs) return;
    toldAt.set(why, now());
    log.warn({ why, path, remedy: remedies[why] }, "ingest.turned-away");
  };
}
