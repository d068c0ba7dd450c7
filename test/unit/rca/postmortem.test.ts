import { expect, it } from "vitest";
import { stoppedByFreeze } from "../../../src/incident/fix/execution.ts";
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
      { at: at + 60_000, kind: "acknowledge", text: input.redact("A. Person has taken incident 42.") },
      { at, kind: "detected", text: input.redact("Detected: told twice") },
    ],
    executions: [
      {
        execution: { id: "1", planId: "p", kind: "apply", outcome: "applied", detail: "", startedAt: at + 120_000 },
        title: "Change an environment variable of Deployment sock-shop/orders (AUDIT_LEVEL)",
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
    "# Post-mortem: ",
    "| Incident | 42 in cluster",
    "| Fix applied | ",
    "UTC, 2 min later |",
    "| Acknowledged | ",
    "UTC, 1 min later |",
    '"Change an environment variable of Deployment sock-shop/orders (AUDIT\\_LEVEL)", approved by A. Person, ended it.',
    "required environment variable missing",
    "AUDIT\\_LEVEL",
    "It helped: all symptoms cleared",
    "Change an environment variable of Deployment sock-shop/orders (AUDIT\\_LEVEL)**, approved by A. Person.",
    "- [ ] Bring ",
    "to where its manifests are kept, or the next deployment takes it back.",
    "A. Person approved: Set AUDIT\\_LEVEL.",
    "### Logs",
    "1 kind of rare or severe lines from 1 workload. Words that they share: AUDIT\\_LEVEL",
    "| first, worst | error | orders, 4 times (never before) |",
    "## Evidence",
    "## Timeline",
    "Ruled out:",
  ]) {
    expect(text).toContain(part);
  }
  for (const id of diagnosis.hypotheses[0]?.evidence ?? []) expect(text).toContain(`| ${id} |`);
  // Told once: the fix that was taken is not among those that were not, nor is it advised any more.
  expect(text).not.toMatch(/undefined|told twice|The surest way out/);
  expect(text.split("Offered and not taken")[1] ?? "").not.toContain("(AUDIT\\_LEVEL):");
  // Names of ours for states and steps are nobody else's words.
  expect(text).not.toMatch(/\bR1\b|recovered|not-recovered/);
});

it("what lasts is told since when", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const { resolvedAt: _over, ...incident } = { resolvedAt: 0, ...input.incident };
  const text = postmortem({
    incident,
    diagnosis,
    evidence,
    recommendations,
    redact: input.redact,
    told: [],
    executions: [],
  });
  expect(text).toMatch(/\(since \d\d:\d\d(:\d\d)? UTC\)/);
  expect(text).not.toContain("still UTC");
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
  expect(text).toContain("\\[click\\](http\\://evil.example)");
  expect(text).not.toMatch(/[^\\]<img/);
  const rows = text.split("\n").filter((line) => /^\| E\d+ \|/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)?.length).toBe(6);
});

it("a change that a freeze stopped half-way is told with what it did, and not as one that was not carried out", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const detail = `${stoppedByFreeze} after 2 of 4 steps. Evicted: Pod shop/carts-1.`;
  const execution = { id: "1", planId: "p", kind: "apply", outcome: "refused", detail, startedAt: 1 } as const;
  const text = postmortem({
    incident: input.incident,
    ...{ diagnosis, evidence, recommendations, redact: input.redact },
    executions: [{ execution, title: "Drain Node n", kubectl: "kubectl drain n", approvedBy: ["Ana"] }],
  });
  expect(text).toContain(`Drain Node n**, approved by Ana – stopped half-way: ${detail}\n`);
  expect(text).not.toContain("not carried out");
});

it("how it ended is told as it was: by itself, not yet, or by a change that is not known to have helped", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const common = { diagnosis, evidence, recommendations, redact: input.redact };
  const { incident } = input;
  const resolved = { ...incident, resolvedAt: incident.openedAt + 300_000 };
  const execution = { id: "1", planId: "p", kind: "apply", outcome: "applied", detail: "", startedAt: 1 } as const;
  const tried = [
    { execution, title: "Restart Deployment a/b", kubectl: "kubectl rollout restart", approvedBy: ["Ana"] },
  ];
  expect(postmortem({ ...common, incident, executions: [] })).toContain("It is not resolved yet.");
  expect(postmortem({ ...common, incident: resolved, executions: [] })).toContain(
    "It ended without a change by kubemend.",
  );
  expect(postmortem({ ...common, incident: resolved, executions: tried })).toContain(
    "No change that kubemend made is known to have ended it.",
  );
});

const error =
  'Liveness probe failed: Get "http://10.0.0.9:9090/healthz": dial tcp 10.0.0.9:9090: connect: connection refused';

it("an error is quoted by the summary and by the evidence; whatever else rests on it points there", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const [best] = diagnosis.hypotheses;
  const proof = evidence.find(({ id }) => best?.evidence.includes(id));
  const [anomaly] = input.incident.anomalies;
  if (!best || !proof || !anomaly) throw new Error("the shop has a symptom, and a cause with a proof");
  const { redact } = input;
  const text = postmortem({
    incident: { ...input.incident, anomalies: [{ ...anomaly, summary: `The kubelet killed it twice: ${error}` }] },
    diagnosis: {
      ...diagnosis,
      summary: redact(`The probe kills it: ${error}.`),
      hypotheses: [{ ...best, statement: redact(`the probe kills it: ${error}`) }],
      timeline: [{ at: 1, text: redact(`The kubelet killed it twice: ${error}`) }],
    },
    evidence: [{ ...proof, text: redact(`Warning Unhealthy Pod orders-1: ${error}`) }],
    recommendations,
    executions: [],
    redact,
  });
  expect(text.split("connection refused").length - 1).toBe(2);
  expect(text).toContain(`sure: the probe kills it: as in ${proof.id} (`);
  expect(text.split(`killed it twice: as in ${proof.id}`).length - 1).toBe(2);
});

it("what a model makes of a measurement does not stand beside what was measured", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const [anomaly] = input.incident.anomalies;
  if (!anomaly) throw new Error("the shop has a symptom");
  const foretold = { ...anomaly, family: "prediction", summary: "by its own past it would be 0 %" } as const;
  const told = (anomalies: readonly (typeof anomaly)[]) => {
    const incident = { ...input.incident, anomalies };
    return postmortem({ incident, diagnosis, evidence, recommendations, executions: [], redact: input.redact });
  };
  expect(told([{ ...anomaly, family: "metric", reason: "error-ratio" }, foretold])).not.toContain(foretold.summary);
  expect(told([foretold])).toContain(foretold.summary);
});

it("a story is told in its order, with what changed in full; who called is named, and times agree with each other", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const [anomaly] = input.incident.anomalies;
  if (!anomaly) throw new Error("the shop has a symptom");
  const { redact } = input;
  const noon = Date.UTC(2026, 10, 20, 12);
  const change = "Deployment sock-shop/orders changed: environment variable AUDIT_LEVEL removed";
  const failed = (name: string) => ({
    ...anomaly,
    reason: "client-errors",
    family: "metric" as const,
    seenOn: { kind: "Deployment", namespace: "sock-shop", name },
  });
  const write = (over: { resolvedAt?: number }) =>
    postmortem({
      incident: {
        ...input.incident,
        onset: noon + 100,
        openedAt: noon + 5_900,
        anomalies: [failed("frontend"), failed("web")],
        ...over,
      },
      diagnosis: {
        ...diagnosis,
        timeline: [
          { at: noon + 400, text: redact(change), evidence: "E1" },
          { at: noon, text: redact("Pod orders-1 keeps crashing") },
        ],
      },
      evidence: evidence.map((one) => (one.id === "E1" ? { ...one, text: redact(change) } : one)),
      recommendations,
      executions: [],
      redact,
    });
  const text = write({ resolvedAt: noon + 65_000 });
  expect(text).toContain("12:00:05 UTC, 5 s later");
  expect(text).toContain("12:01:05 UTC; 1 min 5 s of trouble in all");
  expect(text.split(/calls from (?:frontend|web) failed/)).toHaveLength(3);
  const rows = text.split("\n").filter((line) => line.startsWith("| 12:00:00"));
  expect(rows).toEqual([
    `| 12:00:00 | ${change.replace("_", "\\_")} | E1 |`,
    "| 12:00:00 | Pod orders-1 keeps crashing |  |",
  ]);
  expect(text).toContain("Offered and not taken:");
  const open = write({});
  expect(open).toContain("Offered so far:");
  expect(open).not.toContain("not taken");
});

it("a post-mortem of what came back does not say that it was detected before it began", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence, recommendations } = diagnoseByRules(input);
  const onset = input.incident.openedAt + 600_000;
  const text = postmortem({
    incident: { ...input.incident, onset, resolvedAt: onset + 240_000 },
    diagnosis,
    evidence,
    recommendations,
    redact: input.redact,
    executions: [],
  });
  expect(text).toMatch(/\| Detected \| [^,|]* \|\n\| Came back \| [^,|]* \|/);
  expect(text).toContain("; 4 min after it had come back |");
  expect(text).not.toContain("| Began |");
});
