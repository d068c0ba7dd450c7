/**
 * `npm run admission -- --judge FILE [--json FILE]`: the admission policy of the actor under the API server's own code. The
 * program is built by test/admission/build.sh; README.md there tells what it does. Exits with 1 when a verdict differs from
 * what we expect, when something does not compile, or when a write costs more than a quarter of a budget.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOptions } from "../support/read-options.ts";
import { type Judgement, judgement } from "./judgement.ts";
import type { JudgedRequest } from "./requests.ts";
import type { Variant } from "./variants.ts";

/** CEL cost units: of one expression, and of all of them (k8s.io/apiserver/pkg/apis/cel). */
const budget = { expression: 1_000_000, policy: 10_000_000 };

const usage = `npm run admission -- --judge <program> [--json <file>]

The admission policy of the actor under the API server's own code. test/admission/build.sh builds the judge (or name it in
KUBEMEND_ADMISSION_JUDGE). Exit code 1: a verdict differs from what is expected, or costs too much.`;

const { values } = readOptions(usage, { judge: { type: "string" }, json: { type: "string" } });
const judge = values.judge ?? process.env["KUBEMEND_ADMISSION_JUDGE"];
if (!judge) throw new Error("Which judge? Build it with test/admission/build.sh and name it with --judge.");

/** The expressions are the same in every variant: that each version compiles them is asked once. */
function ask(program: string, variant: Variant, requests: readonly JudgedRequest[], oldest: string[]): Judgement {
  const folder = mkdtempSync(join(tmpdir(), "kubemend-admission-"));
  try {
    const [policy, asked] = [join(folder, "policy.yaml"), join(folder, "requests.json")];
    writeFileSync(policy, variant.policy);
    writeFileSync(asked, JSON.stringify(requests.map(({ name, request }) => ({ name, request: variant.by(request) }))));
    const { stdout, stderr, status } = spawnSync(program, ["-policy", policy, "-requests", asked, ...oldest], {
      encoding: "utf8",
      maxBuffer: 256 << 20,
    });
    if (status !== 0) throw new Error(`the judge failed: ${stderr}`);
    return judgement.parse(JSON.parse(stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// What is judged is half of the product: how this is used is told without it.
const { judgedRequests } = await import("./requests.ts");
const { variants } = await import("./variants.ts");
const requests = await judgedRequests();
const found: Record<string, unknown> = {};
for (const [index, variant] of variants().entries()) {
  const answer = ask(judge, variant, requests, index === 0 ? ["-oldest", "28"] : []);
  const differ = answer.verdicts.flatMap((verdict, at) => {
    const own = requests[at];
    if (!own) throw new Error("the judge has answered what nobody asked");
    const expected = variant.expected(own);
    if (expected === undefined || (expected === verdict.allowed && (expected || says(own, verdict.message)))) return [];
    return [`${own.name}: ${expected ? "allowed" : "denied"} here, ${verdict.message ?? "allowed"}`];
  });
  const dearest = answer.verdicts.toSorted((a, b) => b.cost.dearest - a.cost.dearest)[0];
  const total = Math.max(...answer.verdicts.map(({ cost }) => cost.total));
  const uncompiled = Object.entries(answer.doesNotCompile).map(([version, why]) => `Kubernetes ${version}: ${why[0]}`);
  const dear = answer.verdicts
    .filter(({ cost }) => cost.dearest > budget.expression / 4 || cost.total > budget.policy / 4)
    .map(({ name, cost }) => `${name}: costs ${cost.dearest} in ${cost.field}, ${cost.total} in all`);
  const wrong = [...uncompiled, ...answer.typeWarnings, ...differ, ...dear];
  found[variant.name] = { wrong, dearest, total };
  console.log(
    `${variant.name}: ${answer.verdicts.length} writes, ${differ.length} judged differently; ` +
      `dearest expression ${dearest?.cost.dearest} of ${budget.expression} (${dearest?.cost.field}, ${dearest?.name}), ` +
      `policy at most ${total} of ${budget.policy}; compiles for 1.28 and newer: ${Object.keys(answer.doesNotCompile).length === 0}`,
  );
  for (const line of wrong) console.log(`  ${line.slice(0, 600)}`);
  if (wrong.length > 0) process.exitCode = 1;
}
if (values.json) writeFileSync(values.json, JSON.stringify(found, undefined, 1));

/** The API server tells the same refusal in the same words. */
function says({ message }: JudgedRequest, told = ""): boolean {
  return told.includes(message.slice(message.indexOf("denied request: ")));
}
