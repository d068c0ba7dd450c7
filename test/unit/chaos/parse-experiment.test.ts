import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseExperiment } from "../../../src/chaos/parse-experiment.ts";

const folder = join(import.meta.dirname, "../../../k8s/chaos");
const good = readFileSync(join(folder, "memory-starved.yaml"), "utf8");

test.each(readdirSync(folder))("k8s/chaos/%s is valid", (name) => {
  expect(parseExperiment(readFileSync(join(folder, name), "utf8"))).toMatchObject({ ok: true });
});

test.each([
  {
    name: "a misspelt setting",
    from: "blastRadius:",
    to: "blastradius:",
    says: ["blastradius: there is no such setting", "blastRadius: "],
  },
  {
    name: "no method of that name",
    from: "starve-memory",
    to: "starve-everything",
    says: ["method.0.method: must be one of delete-pods", "(line 11)"],
  },
  {
    name: "a misspelt method",
    from: "starve-memory",
    to: "starve-memry",
    says: ["method.0.method: there is no such method; did you mean starve-memory? (line 11)"],
  },
  {
    name: "a setting that belongs to another probe",
    from: "{ type: quiet }",
    to: "{ type: quiet, workload: carts }",
    says: ["steadyState.1.workload: there is no such setting; there are type, name, namespaces, during"],
  },
  {
    name: "a wrong time",
    from: "duration: 5m",
    to: "duration: soon",
    says: ['duration: must be a time such as "30s"'],
  },
  {
    name: "a wrong cause",
    from: "cause: memory-limit-too-low",
    to: "cause: gremlins",
    says: ["expected.cause: must be one of memory-limit-too-low, memory-leak", "(line "],
  },
  {
    name: "a misspelt cause",
    from: "cause: memory-limit-too-low",
    to: "cause: memory-limit-to-low",
    says: ["expected.cause: is not known; did you mean memory-limit-too-low? (line "],
  },
  {
    name: "a misspelt fix",
    from: /fix: .*/,
    to: "fix: patch-resource",
    says: ["expected.fix: is not known; did you mean patch-resources?"],
  },
  {
    name: "a fault without words",
    from: /expected:[\s\S]*/,
    to: "expected: nothing",
    says: ["expected: must be none, or a map"],
  },
  {
    name: "a number for a time",
    from: "duration: 5m",
    to: "duration: 30",
    says: ['duration: must be a time such as "30s"'],
  },
  { name: "a heading without settings", from: "blastRadius:", to: "abort:\nblastRadius:", says: ["abort: is empty"] },
  {
    name: "a hypothesis of a word",
    from: /hypothesis: .*/,
    to: "hypothesis: bad",
    says: ["hypothesis: must say in a sentence what you believe will happen (line 3)"],
  },
  { name: "no quantity", from: "limit: 24Mi", to: "limit: little", says: ["method.0.limit: must be a quantity"] },
  { name: "no namespaces", from: "namespaces: [sock-shop]", to: "namespaces: []", says: ["blastRadius.namespaces"] },
  {
    name: "two probes of one name",
    from: "name: carts is ready",
    to: 'name: "kubemend sees nothing wrong"',
    says: ["every probe needs a name of its own"],
  },
  {
    name: "a fault that ends before it is to be noticed",
    from: "duration: 5m",
    to: "duration: 45s",
    says: ["expected.within: kubemend is to notice within 2 min, but the fault is put back after 45 s"],
  },
  { name: "broken YAML", from: "name: memory-starved", to: "name: [", says: ["line "] },
])("$name is said with its place", ({ from, to, says }) => {
  const parsed = parseExperiment(good.replace(from, to));
  expect(parsed.ok).toBe(false);
  for (const text of says) expect(parsed.ok ? "" : parsed.problems.join("\n")).toContain(text);
});

test.each([
  { duration: "5m", within: 180_000 },
  { duration: "45s", within: 45_000 },
])("what is not said: to be noticed within three minutes, and while a fault of $duration is there", ({
  duration,
  within,
}) => {
  const text = good.replace("within: 2m", "").replace("duration: 5m", `duration: ${duration}`);
  expect(parseExperiment(text)).toMatchObject({ ok: true, experiment: { expected: { within } } });
});

test.each([
  {
    name: "a target outside the blast radius",
    step: "- { method: bad-image, target: { namespace: other, name: carts } }",
    says: "method.0.target.namespace: must be one of blastRadius.namespaces (line 6)",
  },
  {
    name: "a target that nothing selects",
    step: "- { method: bad-image, target: { kind: Deployment } }",
    says: "method.0.target: needs a name, or labels: its own or blastRadius.labels (line 6)",
  },
  {
    name: "a node, and no node may be touched",
    step: "- { method: drain-node, node: n1 }",
    says: "blastRadius.maxNodes: must be at least 1 for step 1, drain-node (line 4)",
  },
  {
    name: "a namespace of Kubernetes itself",
    step: "- { method: bad-image, target: { name: carts } }",
    namespace: "kube-system",
    says: "blastRadius.namespaces.0: kube-system belongs to Kubernetes itself; no experiment runs there (line 4)",
  },
])("$name is told without a cluster", ({ step, namespace = "shop", says }) => {
  const lines = [
    "name: x",
    "hypothesis: something will surely happen",
    "steadyState: [{ type: quiet }]",
    `blastRadius: { namespaces: [${namespace}] }`,
    "method:",
    `  ${step}`,
    "duration: 5m",
    "expected: none",
  ];
  const parsed = parseExperiment(lines.join("\n"));
  expect(parsed.ok ? [] : parsed.problems).toEqual([says]);
});

test("what does not fit together is told beside what is wrong for itself", () => {
  const text = good.replace("every: 10s", "every: 6m");
  const parsed = parseExperiment(text.replace("limit: 24Mi", "limit: little"));
  const problems = parsed.ok ? "" : parsed.problems.join("\n");
  expect(problems).toContain("method.0.limit: must be a quantity");
  expect(problems).toContain("every: must not be longer than duration");
});

test("every problem is listed, not only the first", () => {
  const parsed = parseExperiment("name: X\nmethod: []\nduration: 1s\n");
  expect(parsed.ok ? [] : parsed.problems.length).toBeGreaterThan(5);
});
