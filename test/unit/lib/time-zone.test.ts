import { expect, test } from "vitest";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import { configSchema } from "../../../src/config/config.ts";
import { isTimeZone } from "../../../src/lib/time-zone.ts";

test.each([
  ["Europe/Berlin", true],
  ["UTC", true],
  ["Etc/UTC", true],
  ["US/Pacific", true],
  ["Mars/Olympus", false],
  ["", false],
])("%j is a time zone to the policy as to the configuration: %j", (timeZone, known) => {
  const window = { days: ["mon"], from: "08:00", to: "18:00", timeZone };
  const rule = { name: "shop", namespaces: ["shop"], approvers: { anyone: true }, windows: [window] };
  expect(isTimeZone(timeZone)).toBe(known);
  expect(policySchema.safeParse({ version: 1, rules: [rule] }).success).toBe(known);
  expect(configSchema.safeParse({ email: { timeZone } }).success).toBe(known);
});
