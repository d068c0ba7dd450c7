import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { judgeChaos } from "../../../src/cli/chaos/judge-chaos.ts";
import { inputError } from "../../../src/lib/app-error.ts";

test("nothing is refused while the settings are still read: all mistakes are told together", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kubemend-judge-chaos-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const slow = join(folder, "kubemend.yaml");
  execFileSync("mkfifo", [slow]);
  let begun = false;
  const judged = judgeChaos({ config: slow, kubeconfig: "none" }, async () => {
    begun = true;
    throw inputError("x", "The experiment is wrong.", "Mend it.");
  }).catch((error: unknown) => error);
  for (let i = 0; i < 20; i++) await turn();
  expect(begun).toBe(false);
  await writeFile(slow, "web: { port: many }\n");
  const refusal = String(await judged);
  for (const part of ["The experiment is wrong.", "web.port: must be a number", "The kubeconfig none cannot be read"])
    expect(refusal).toContain(part);
});
