import { expect, it } from "vitest";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { postmortem } from "../../../src/rca/report/postmortem.ts";
import { brokenShop } from "./broken-shop.ts";

it("a post-mortem tells what happened, why, what proves it and what was done, without a model", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const at = input.incident.openedAt;
  const text = postmortem({
    incident: { ...input.incident, resolvedAt: at + 300_000 },
    diagnosis,
    evidence,
    recommendations,
    redact: input.redact,
    told: [
      { at: at + 90_000, kind: "approved", text: input.redact("A. Person approved: Set AUDIT_LEVEL.") },
      { at, kind: "detected", text: input.redact("Detected: told twice") },
    ],
    executions: [
      {
        execution: { id: "1", planId: "p", kind: "apply", outcome: "applied", detail: "", startedAt: at + 120_000 },
        title: "Set an environment variable of Deployment sock-shop/orders",
        kubectl: "kubectl -n sock-shop set env deployment/orders -c orders AUDIT_LEVEL=summary",
        approvedBy: ["A. Person"],
        verification: {
          planId: "p",
          verdict: "recovered",
          reason: "all symptoms cleared",
          at: at + 300_000,
          remaining: [],
          fresh: [],
        },
      },
    ],
  });
  for (const part of [
    "# Post-mortem of incident 42",
    "## Times",
    "(2 min 0 s after it was raised)",
    "required environment variable missing",
    "AUDIT\\_LEVEL",
    "verification: recovered",
    "Set an environment variable of Deployment sock-shop/orders (applied), approved by A. Person",
    "A. Person approved: Set AUDIT\\_LEVEL.",
    "## Logs",
    "1 kind of rare or severe lines from 1 workload. Words that they share: AUDIT\\_LEVEL",
    "| first, worst | error | orders, 4 times (never before) |",
    "## Evidence",
    "## Timeline",
    "Ruled out:",
  ]) {
    expect(text).toContain(part);
  }
  for (const id of diagnosis.hypotheses[0]?.evidence ?? []) expect(text).toContain(`| ${id} |`);
  expect(text).not.toMatch(/undefined|told twice/);
});

it("log text cannot break out of a table or become a link", async () => {
  const { input } = await brokenShop(
    "ERROR environment variable AUDIT_LEVEL is not set | x | [click](http://evil.example) <img src=x> # top",
  );
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const text = postmortem({
    incident: input.incident,
    diagnosis,
    evidence,
    recommendations,
    redact: input.redact,
    executions: [],
  });
  expect(text).toContain("\\[click\\](http://evil.example)");
  expect(text).not.toMatch(/[^\\]<img/);
  const rows = text.split("\n").filter((line) => /^\| E\d+ \|/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)?.length).toBe(6);
});
