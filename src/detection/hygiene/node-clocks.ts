import type { ClockStatement } from "../../cluster/clock-book.ts";
import { makeRef, refText, sameRef } from "../../incident/object-ref.ts";
import { duration } from "../../lib/duration.ts";
import type { HygieneCheck } from "./finding.ts";

function told({ by, node, aheadMs }: ClockStatement): string {
  const who = sameRef(by, makeRef("Node", undefined, node)) ? "its own heartbeat" : refText(by);
  return `${who} (by ${duration(Math.abs(aheadMs))})`;
}

const listed = (parts: readonly string[]) => `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** Nodes of which the clock is proved to be wrong. What they stamp is put right before it is judged; what runs on them is not. */
export const nodeClocks: HygieneCheck = function* (observation, now) {
  for (const { node, aheadMs, witnesses } of observation.clocks.wrong(now)) {
    const target = makeRef("Node", undefined, node);
    if (!observation.objects.get("Node", undefined, node)) continue;
    const isAhead = aheadMs > 0;
    yield {
      code: "node-clock-wrong",
      target,
      level: "risk",
      text: `the clock of node ${node} is ${duration(Math.abs(aheadMs))} ${isAhead ? "ahead" : "behind"}: ${listed(witnesses.map(told))} bear a time ${isAhead ? "that had not come yet" : "before what they tell of can have been"}`,
      advice: `Synchronise the time of ${node}: run chronyd, systemd-timesyncd or ntpd there with the time servers of the other nodes, see that they can be reached (chronyc tracking, or timedatectl), and set the clock once (chronyc makestep). Certificates, tokens, leases and the order of logs go by it.`,
    };
  }
};
