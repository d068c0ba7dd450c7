import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";

const root = join(import.meta.dirname, "../../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<
    Record<string, { readonly uses?: string; readonly steps?: readonly Step[]; readonly "timeout-minutes"?: number }>
  >;
}

/** Inputs that each action of the recipes takes, of those that are used here. From the action.yml of its major version. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  "actions/checkout@v5": ["persist-credentials"],
  "actions/setup-node@v5": ["node-version", "cache"],
  "actions/attest-build-provenance@v3": ["subject-name", "subject-digest", "push-to-registry"],
  "azure/setup-helm@v4": ["version"],
  "docker/build-push-action@v6": ["context", "platforms", "push", "tags", "provenance", "sbom"],
  "docker/login-action@v3": ["registry", "username", "password"],
  "docker/setup-buildx-action@v3": [],
  "docker/setup-qemu-action@v3": [],
  "helm/kind-action@v1": ["cluster_name"],
};

describe.each(readdirSync(join(root, ".github/workflows")))("the recipe %s", (file) => {
  const document = parseDocument(read(`.github/workflows/${file}`));
  const { jobs, permissions } = document.toJS() as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  test("is YAML without a doubt, bounded in rights and in time", () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(permissions).toEqual({ contents: "read" });
    for (const [name, job] of Object.entries(jobs))
      if (job.uses === undefined) expect(job["timeout-minutes"], name).toBeGreaterThan(0);
  });

  test("gives each action what it takes", () => {
    for (const { uses, run, with: given = {} } of steps) {
      expect((uses === undefined) !== (run === undefined), JSON.stringify({ uses, run })).toBe(true);
      if (uses === undefined) continue;
      expect(Object.keys(inputs), uses).toContain(uses);
      for (const name of Object.keys(given)) expect(inputs[uses], uses).toContain(name);
    }
  });

  test("runs what is there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const { run = "" } of steps)
      for (const [, script] of run.matchAll(/npm run ([a-z]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const { uses } of Object.values(jobs)) if (uses) expect(existsSync(join(root, uses)), uses).toBe(true);
  });
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const stages = lines.filter((line) => line.startsWith("FROM "));

  test("builds in one stage and runs in another, as nobody in particular", () => {
    expect(stages).toEqual(["FROM node:24-slim AS build", "FROM node:24-slim"]);
    const last = lines.slice(lines.lastIndexOf("FROM node:24-slim"));
    expect(last).toContain("USER 1000:1000");
    expect(last.filter((line) => line.startsWith("RUN "))).toEqual([]);
  });

  test("copies what is there and what .dockerignore lets through", () => {
    const open = read(".dockerignore").split("\n");
    const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(" ") ?? []);
    expect(copied.length).toBeGreaterThan(6);
    for (const name of copied) {
      expect(existsSync(join(root, name)), name).toBe(true);
      expect(open, name).toContain(`!${name}`);
    }
  });

  test("takes away only packages that the program does without", () => {
    const removed =
      lines
        .join("\n")
        .match(/@tensorflow && rm -rf ([a-z -]+)/)?.[1]
        ?.split(" ") ?? [];
    expect(removed).toContain("tfjs-node");
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    for (const name of removed) expect(Object.keys(dependencies)).not.toContain(`@tensorflow/${name}`);
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { dependencies?: Record<string, string> }>;
    };
    for (const kept of ["tfjs-core", "tfjs-layers", "tfjs-backend-wasm", "tfjs-backend-cpu"]) {
      const needs = Object.keys(packages[`node_modules/@tensorflow/${kept}`]?.dependencies ?? {});
      for (const name of removed) expect(needs, kept).not.toContain(`@tensorflow/${name}`);
    }
  });
});
