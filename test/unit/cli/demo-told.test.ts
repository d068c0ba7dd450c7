import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { FixView, IncidentView } from "../../../src/bot/incident-view.ts";
import { createHandStory } from "../../../src/cli/demo/hand-story.ts";
import { wrapLine } from "../../../src/cli/wrap-line.ts";
import { incidentView, plan, planView } from "../../support/incident-view.ts";

const [offer] = incidentView.fixes;
if (!offer) throw new Error("the fixture has a fix");
const fix = (state: typeof plan.state, more: Partial<typeof planView> = {}): FixView => ({
  ...offer,
  plan: { ...planView, ...more, plan: { ...plan, state } },
});
const view = (fixes: readonly FixView[], incident: Partial<IncidentView["incident"]> = {}): IncidentView => ({
  ...incidentView,
  incident: { ...incidentView.incident, status: "acknowledged", ...incident },
  fixes,
});

describe("who decides in the demo is told what to do next, whatever they have done", () => {
  const told = (...views: IncidentView[]) => {
    const lines: string[] = [];
    const tell = createHandStory((line) => lines.push(line), "http://127.0.0.1:1");
    for (const one of views) tell(one);
    return lines;
  };
  const { plan: _none, ...bare } = offer;

  test("where to go the first time; nothing twice, and nothing before the plans are there", () => {
    const lines = told(view([bare]), view([fix("proposed"), bare]), view([fix("proposed")]), view([fix("proposed")]));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^now +Fix 1 waits for an approval, until \d\d:\d\d \S+\.\n.*Review.*Approve.*\n +http:/);
  });

  test("a no leads to the next fix, and to a fresh look when all were refused or the plans grew old", () => {
    const lines = told(
      view([fix("proposed"), fix("proposed")]),
      view([fix("rejected"), fix("proposed")]),
      view([fix("rejected"), fix("rejected")]),
      view([fix("expired")]),
    );
    expect(lines.map((line) => line.split("\n")[0]?.replace(/, until.*/, ""))).toEqual([
      "now          Fix 1 waits for an approval",
      "now          Fix 2 waits for an approval",
      "now          Every fix on offer was rejected: somebody has to look, or take one up again.",
      "now          The plan of fix 1 has expired: Review makes a fresh one.",
    ]);
  });

  test("who froze changes, and when", () => {
    const frozen = { ...view([fix("proposed")]), frozen: true, frozenBy: { name: "Ana", at: 0 } };
    expect(told(frozen)[0]).toMatch(/Ana froze changes at \d\d:\d\d \S+: nothing is applied/);
  });

  test("when it has helped: what there is to see, and how it ends", () => {
    const verification = { planId: "11", verdict: "recovered", reason: "", at: 1, remaining: [], fresh: [] } as const;
    const [line] = told(view([fix("applied", { verification })], { status: "resolved", resolvedAt: 2 }));
    for (const part of ["post-mortem", "/incident help", "Ctrl-C"]) expect(line).toContain(part);
  });
});

describe("a line fits the terminal", () => {
  const line =
    "  9 s  cause        memory limit too low in a workload of the shop, almost certain, by rules and evidence";
  test("broken at blanks, what follows under the words; what has no blank stays whole, to be copied", () => {
    const rows = wrapLine(line, 60, 20).split("\n");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(60);
    expect(rows.slice(1).every((row) => row.startsWith(`${" ".repeat(20)}`) && row[20] !== " ")).toBe(true);
    expect(rows.map((row) => row.trim()).join(" ")).toBe(line.trim());
    const address = `open http://127.0.0.1:8080/${"a".repeat(90)}`;
    expect(wrapLine(address, 60, 20)).toContain(`http://127.0.0.1:8080/${"a".repeat(90)}`);
  });
  test.each([
    { name: "short enough", columns: 200 },
    { name: "a terminal that says nothing of its width", columns: 0 },
  ])("$name: as it is", ({ columns }) => expect(wrapLine(line, columns, 20)).toBe(line));
});

test("the help of every command fits 80 columns", async () => {
  const bin = join(import.meta.dirname, "../../../bin/kubemend");
  const commands = [[], ["demo"], ["doctor"], ["start"], ["chaos"], ["record"], ["audit"], ["totp"]];
  const shown = await Promise.all(
    commands.map((words) => promisify(execFile)(process.execPath, [bin, ...words, "--help"])),
  );
  const lines = shown.flatMap(({ stdout }) => stdout.split("\n"));
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
