import { expect, test } from "vitest";
import { readAlerts } from "../../../src/detection/collect/alertmanager.ts";
import { eventLine } from "../../../src/rca/investigate/events-text.ts";
import { logLinesText } from "../../../src/rca/investigate/log-lines-text.ts";
import { sayable } from "../../../src/rca/model/sayable.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";

const { redact } = createRedactor({ salt: "s" });
const token = `ghp_${"Zk3vQ9xLw1Tn7RbY2cHs5JdM8pFg4uAe6oKi".slice(0, 36)}`;
const { kind, namespace, name } = { kind: "Pod", namespace: "shop", name: "carts-1" };
/** The token stands where `limit` cuts it in half. */
const words = (limit: number) =>
  `${"the mirror does not answer to ".repeat(60).slice(0, limit - 15)} ${token} any more`;

test.each([
  {
    what: "an event",
    text: () =>
      redact(
        eventLine({
          at: 0,
          warning: true,
          reason: "Unhealthy",
          about: { kind, namespace, name },
          count: 1,
          message: words(400),
        }),
      ),
  },
  {
    what: "a line of a log",
    text: () => redact(logLinesText([{ at: 0, pod: name, line: words(500) }] as never, 8_000) ?? ""),
  },
  { what: "what a model says", text: () => sayable(words(400), redact) ?? "" },
  {
    what: "the summary of an alert",
    text: () => {
      const alert = {
        status: "firing",
        labels: {},
        annotations: { summary: words(1_000) },
        startsAt: "2026-01-01T00:00:00Z",
      };
      const read = readAlerts(JSON.stringify({ version: "4", status: "firing", alerts: [alert] }));
      return read.ok ? redact(read.alerts[0]?.summary ?? "") : "";
    },
  },
])("$what that is cut keeps no half of a secret, which nobody could tell for one", ({ text }) => {
  expect(text()).toContain("the mirror does not answer");
  expect(text()).not.toContain(token.slice(0, 8));
});
