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
    says: ["method.0.method: method must be one of delete-pods"],
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
    says: ["expected: must be none, or a map"],
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

test("every problem is listed, not only the first", () => {
  const parsed = parseExperiment("name: X\nmethod: []\nduration: 1s\n");
  expect(parsed.ok ? [] : parsed.problems.length).toBeGreaterThan(5);
});
