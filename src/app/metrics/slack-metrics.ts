import { Counter, type Registry } from "prom-client";
import type { SlackOutcome, SlackPort } from "../../bot/slack/slack-port.ts";

/** Codes come from Slack; a new one for every request would fill the memory of whoever scrapes. */
const mostCodes = 50;

/** Slack with every call counted by method and outcome: `ok`, or the code with which Slack refused. */
export function countSlackCalls(slack: SlackPort, registry: Registry): SlackPort {
  const calls = new Counter({
    name: "kubemend_slack_requests_total",
    help: "Requests to Slack by method and outcome",
    labelNames: ["method", "outcome"] as const,
    registers: [registry],
  });
  const codes = new Set<string>(["ok"]);
  const label = (code: string) => {
    if (codes.size < mostCodes) codes.add(code);
    return codes.has(code) ? code : "other";
  };
  const counted = Object.entries(slack).map(([method, call]) => [
    method,
    async (...args: unknown[]) => {
      const outcome: SlackOutcome<unknown> = await (call as (...args: unknown[]) => Promise<SlackOutcome<unknown>>)(
        ...args,
      );
      calls.inc({ method, outcome: outcome.ok ? "ok" : label(outcome.failure.code) });
      return outcome;
    },
  ]);
  return Object.fromEntries(counted) as SlackPort;
}
