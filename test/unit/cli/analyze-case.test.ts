import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const bin = resolve(import.meta.dirname, "../../../bin/kubemend");

test("analyze ranks a neutral case, and says what is wrong with a history that is none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "analyze-case-"));
  try {
    const header = { id: "x", alert: { time: 660 }, window: { from: 600, to: 840 }, candidates: ["web", "cart"] };
    await writeFile(join(folder, "case.json"), JSON.stringify(header));
    const rows = Array.from({ length: 14 }, (_, i) => `${i * 60},cart,cpu_percent,${i < 10 ? 5 : 97}`);
    await writeFile(join(folder, "metrics.csv"), `time,entity,metric,value\n${rows.join("\n")}\n`);
    const { stdout } = await run(process.execPath, [bin, "analyze", folder, "--json"]);
    const answer = JSON.parse(stdout);
    expect(answer.ranking.map(({ entity }: { entity: string }) => entity)).toEqual(["cart", "web"]);
    expect(answer.ranking[0].evidence).toEqual(["cpu_percent at 97 for two samples, usually at most 5"]);
    expect(answer.wallMs).toBeGreaterThanOrEqual(0);
    await expect(run(process.execPath, [bin, "analyze", folder, "--history", folder])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("confirmed.json"),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
