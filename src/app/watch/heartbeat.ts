import { Counter, type Registry } from "prom-client";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";

export interface HeartbeatDeps {
  readonly url: string;
  readonly everyMs: number;
  /** Undefined while kubemend is well; else why not, in words. */
  readonly notWell: () => Promise<string | undefined>;
  readonly registry: Registry;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** A monitor that takes longer has missed this beat; the next one comes. */
const deadlineMs = 10_000;

/**
 * A dead man's switch: POSTs to the address as long as kubemend is well, and falls silent when it is not, so that the alarm
 * is raised by somebody who still can. Runs until aborted and never rejects.
 */
export async function runHeartbeat(deps: HeartbeatDeps): Promise<void> {
  const { url, everyMs, log, signal, clock = systemClock } = deps;
  const beats = new Counter({
    name: "kubemend_heartbeats_total",
    help: "Heartbeats sent, those that did not arrive, and those withheld because kubemend was not well",
    labelNames: ["outcome"] as const,
    registers: [deps.registry],
  });
  for (const outcome of ["sent", "failed", "withheld"]) beats.inc({ outcome }, 0);
  let last = "sent";
  const tell = (outcome: "sent" | "failed" | "withheld", detail: string) => {
    beats.inc({ outcome });
    // Once a change, not once a minute.
    if (outcome !== last) log.warn({ outcome, detail }, "heartbeat.changed");
    last = outcome;
  };
  const beat = async () => {
    const why = await deps.notWell();
    if (why !== undefined) return tell("withheld", why);
    try {
      const answer = await fetch(url, {
        method: "POST",
        signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
      });
      await answer.body?.cancel();
      if (answer.ok) tell("sent", "");
      else tell("failed", `the monitor answered ${answer.status}`);
    } catch (error) {
      // The address may hold a secret; the message names at most the host.
      if (!signal.aborted) tell("failed", messageOf(error, 120));
    }
  };
  while (!signal.aborted) {
    await beat();
    await rest(clock, everyMs, signal);
  }
}
