import { expect, test } from "vitest";
import { createLogger } from "../../../src/lib/logger.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";

const secret = "e7Kp2vQz9mNw";
const address = `postgres://shop:${secret}@db:5432/shop`;

function logged(say: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const { redact } = createRedactor({ salt: "log" });
  say(createLogger({ level: "trace", redact, to: { write: (line) => void lines.push(line) } }));
  return lines.join("");
}

test.each([
  "trace",
  "debug",
  "info",
  "warn",
  "error",
  "fatal",
] as const)("what an error repeats of an address is in no line of level %s, nor what has caused it", (level) => {
  const cause = new Error(`cannot log in: password=${secret}`);
  const line = logged((log) => {
    log[level]({ error: `connect ECONNREFUSED ${address}` }, "store.waiting");
    log[level]({ err: new Error(`cannot open ${address}`, { cause }) }, "store.lost");
    log[level]({ complaints: [`no answer from ${address}`] }, "runbooks.read");
  });
  expect(line).not.toContain(secret);
  expect(line.match(/<redacted-/g)?.length).toBeGreaterThanOrEqual(4);
});

test("ids, marks of the audit and our own advice stay as they are", () => {
  const fields = {
    mark: `1204:${"0123456789abcdef".repeat(4)}`,
    incident: "17",
    token: 12,
    plan: "0b54e1f2-6a3c-4d52-9f0e-3f7b1c2d4e5f",
    remedy: "Write smtp://user:password@host:587.",
  };
  expect(JSON.parse(logged((log) => log.info(fields, "audit.mark")))).toMatchObject(fields);
});
