import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diagnoseByRules } from "../../../../src/rca/diagnose-by-rules.ts";
import { parseRunbook } from "../../../../src/rca/runbooks/parse-runbook.ts";
import { rankRunbooks } from "../../../../src/rca/runbooks/rank-runbooks.ts";
import { noRunbooks, readRunbooks } from "../../../../src/rca/runbooks/read-runbooks.ts";
import { wordsOf } from "../../../../src/rca/runbooks/words.ts";
import { brokenShop } from "../broken-shop.ts";

const pages = {
  "env.md":
    "---\ncauses: [missing-env]\n---\n# Variables\n## Put a variable back\nRun `kubectl set env deployment/orders NAME=value`.",
  "pool.md": "---\ncauses: [pool-exhausted]\nworkloads: [orders]\n---\n# Pools\nRaise the pool of orders.",
  "orders/start.md":
    "# Orders does not start\nThe environment variable AUDIT_LEVEL of orders must be set; configuration errors are in its log.\n```sh\n# not a heading\nkubectl logs\n```",
  "holiday.md": "# Holiday calendar\nNobody works in August.",
};
const sections = Object.entries(pages).flatMap(([file, text]) => parseRunbook(file, text).sections);
const question = {
  cause: "missing-env",
  workloads: ["orders"],
  labels: { team: "basket" },
  words: wordsOf(
    "missing-env required environment variable missing Deployment orders needs AUDIT_LEVEL configuration error",
  ),
};
const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-runbooks-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

describe("runbooks", () => {
  it("pages are split at their headings, and a heading in code is code", () => {
    expect(parseRunbook("a.md", pages["orders/start.md"]).sections).toMatchObject([
      { heading: "Orders does not start", title: "Orders does not start" },
    ]);
    expect(parseRunbook("b.md", "# A\none\n## B\ntwo\n").sections.map(({ heading, text }) => [heading, text])).toEqual([
      ["A", "one"],
      ["B", "two"],
    ]);
  });
  it("the page for the cause comes first, the page about the words next, others not at all", () => {
    expect(rankRunbooks(sections, question).map(({ section }) => section.file)).toEqual(["env.md", "orders/start.md"]);
  });
  it.each([
    ["a page for another cause", "causes: [bad-release]", false],
    ["a page for this workload", "workloads: [ord*]", true],
    ["a page for another workload", "workloads: [carts]", false],
    ["a page for its labels", "labels: { team: basket }", true],
    ["a page for other labels", "labels: { team: payments }", false],
  ])("%s", (_name, front, wanted) => {
    const page = parseRunbook("p.md", `---\n${front}\n---\n# Page\nCall the team.`).sections;
    expect(rankRunbooks(page, question)).toHaveLength(wanted ? 1 : 0);
  });
  it("broken front matter is told and does not hide the page; aliases do not blow up", () => {
    expect(parseRunbook("x.md", "---\ncauses: {a: 1}\n---\n# X\ntext")).toMatchObject({
      sections: [{ heading: "X" }],
      complaint: expect.stringContaining("causes"),
    });
    expect(parseRunbook("y.md", "---\na: &a [1]\nb: [*a, *a]\n---\n# Y\ntext").complaint).toContain("YAML");
  });
  it.each([
    ["causes: [missing-envs, memory-leak]", "causes: missing-envs is none; did you mean missing-env?"],
    ["causes: zebra", "causes: zebra is none; docs/catalogue.md has them all"],
    ["cause: missing-env", "cause is not read; did you mean causes?"],
  ])("what can never fit is told: %s", (front, complaint) => {
    const page = parseRunbook("p.md", `---\n${front}\n---\n# Variables\nCall the team.`);
    expect(page).toMatchObject({ sections: [{ heading: "Variables" }], complaint: `front matter: ${complaint}` });
  });
  it("keys of other programs are theirs", () => {
    const page = parseRunbook(
      "p.md",
      "---\nowner: ann\ntags: [a]\ndate: 2026-01-01\nteam: x\ncauses: [unknown]\n---\n# P\ntext",
    );
    expect(page.complaint).toBeUndefined();
  });
  it("folders are read within bounds, hidden files are not", async () => {
    const folder = await folderWith({
      ...pages,
      ".secret.md": "# no",
      "notes.txt": "no",
      "huge.md": `# Huge\n${"x".repeat(300 * 1024)}`,
    });
    const read = await readRunbooks(folder);
    expect(read).toMatchObject({ files: 4, dropped: 1, complaints: [] });
    expect(read.sections.map(({ file }) => file)).toContain(join("orders", "start.md"));
    await expect(readRunbooks(join(folder, "none"))).rejects.toMatchObject({ code: "runbooks-missing" });
  });
  it("a diagnosis quotes the pages that fit as evidence, redacted like any other text", async () => {
    const { input } = await brokenShop();
    const page = parseRunbook(
      "env.md",
      "---\ncauses: [missing-env]\n---\n# Variables\nLog in with password=hunter2hunter2 and set it.",
    );
    const { diagnosis, evidence } = diagnoseByRules({ ...input, runbooks: { ...noRunbooks, ...page, files: 1 } });
    const quoted = evidence.filter(({ source }) => source === "runbook");
    expect(quoted).toMatchObject([{ about: { name: "orders" }, query: expect.stringContaining("env.md") }]);
    expect(diagnosis.runbooks).toEqual(quoted.map(({ id }) => id));
    expect(quoted[0]?.text).toContain("set it");
    expect(quoted[0]?.text).not.toContain("hunter2hunter2");
  });
});
