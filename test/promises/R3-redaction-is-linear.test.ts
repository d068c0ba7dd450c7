import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { promiseFigure } from "../support/promise-figure.ts";

const script = new URL("../support/redaction-cost.ts", import.meta.url).pathname;
const figures = z.record(z.string(), z.number());
const shape = z.strictObject({ secrets: figures, names: figures });

test("R3: the worst texts for secrets, and for names and addresses, take less than 50 ms a megabyte", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { secrets, names } = shape.parse(JSON.parse(stdout));
  const all = [...Object.entries(secrets), ...Object.entries(names)];
  expect(all.length).toBeGreaterThanOrEqual(70);
  expect(all.filter(([, ms]) => !(ms < 50))).toEqual([]);
  const slowest = Math.max(...all.map(([, ms]) => ms));
  promiseFigure("R3", `${all.length} worst texts of 1 MB`, `at most ${Math.round(slowest)} ms CPU a megabyte`);
});
