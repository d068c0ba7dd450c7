import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { cataloguePage } from "../../../k8s/catalogue-page.ts";
import { parseSilence } from "../../../src/bot/slack/render/silence-request.ts";
import { detectorFactories } from "../../../src/detection/engine/registry.ts";
import { actionCodes } from "../../../src/incident/action-code.ts";
import { causeCodes } from "../../../src/incident/cause.ts";
import { advance, type IncidentStatus, type StatusChange } from "../../../src/incident/status.ts";
import { promiseList } from "../../support/promise-list.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];
const all = pages.map((page) => ({ page, text: read(page) }));

test("docs/catalogue.md is what the code has (npm run manifests writes it)", () => {
  expect(read("docs/catalogue.md")).toBe(cataloguePage());
});

/** What stands behind a word in all pages, with the page. */
const told = (pattern: RegExp) =>
  all.flatMap(({ page, text }) => [...text.matchAll(pattern)].map(([, found = ""]) => ({ page, found })));

test("every detector that a page or Slack's own help names is one", () => {
  const known = detectorFactories.map((make) => make().name);
  const usage = parseSilence([], 0, "UTC");
  const help = usage.ok ? [] : [...usage.text.matchAll(/detector:([a-z-]+)/g)].map(([, name = ""]) => name);
  const named = [...told(/detector:([a-z-]+)/g).map(({ found }) => found), ...help];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

describe("how many there are", () => {
  test.each([
    // Of `unknown` there is no rule.
    { what: "causes", pattern: /\b(\d+) causes\b/g, count: causeCodes.length - 1 },
    { what: "promises", pattern: /\b(\d+) promises\b/g, count: Object.keys(promiseList).length },
  ])("of $what, in every page that says it", ({ pattern, count }) => {
    const figures = told(pattern);
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ found }) => Number(found) !== count)).toEqual([]);
  });
});

test("front matter of runbooks, policies and experiments in the pages uses codes that there are", () => {
  const lists = all.flatMap(({ text }) =>
    [...text.matchAll(/^\s*(?:- )?(causes|actions|cause|fix): +(\[[^\]]*\]|[a-z-]+)/gm)].map(
      ([, key = "", value = ""]) => ({
        key,
        codes: [parse(value) as string | string[]].flat(),
      }),
    ),
  );
  expect(lists.length).toBeGreaterThan(4);
  for (const { key, codes } of lists)
    for (const code of codes) expect(key.startsWith("cause") ? causeCodes : actionCodes, key).toContain(code);
});

test("docs/how-it-works.md says what each status becomes", () => {
  // What `absorb` does is to resolve as a part of another.
  const changes: readonly StatusChange[] = ["acknowledge", "start-mitigation", "resolve", "recur"];
  const rows = [
    ...read("docs/how-it-works.md").matchAll(
      /^\| (open|acknowledged|mitigating|resolved|reopened) \| [^|]+ \| ([^|]+) \|$/gm,
    ),
  ];
  expect(rows).toHaveLength(5);
  for (const [, status = "", becomes = ""] of rows) {
    const possible = changes.flatMap((change) => {
      const outcome = advance(status as IncidentStatus, change);
      return outcome.ok ? [outcome.status] : [];
    });
    expect(becomes.split(", ").toSorted(), status).toEqual(possible.toSorted());
  }
});

test("docs/how-it-works.md names promises and tables that there are", () => {
  const text = read("docs/how-it-works.md");
  const ids = [...text.matchAll(/\| ((?:[A-Z]\d+(?:, )?)+) \|$/gm)].flatMap(([, list = ""]) => list.split(", "));
  expect(ids.length).toBeGreaterThan(8);
  expect(ids.filter((id) => !(id in promiseList))).toEqual([]);
  const migrations = readdirSync(join(root, "src/store/migrations")).map((name) =>
    read(`src/store/migrations/${name}`),
  );
  const tables = migrations.flatMap((sql) => [...sql.matchAll(/create table (\w+)/g)].map(([, name]) => name));
  const kept = text
    .split("\n")
    .flatMap((line) => /^\|(?:[^|]+\|){3}([^|]+)\|$/.exec(line)?.[1]?.match(/(?<=`)\w+(?=`)/g) ?? []);
  expect(kept.length).toBeGreaterThan(7);
  expect(kept.filter((name) => !tables.includes(name))).toEqual([]);
});

test("every annotation that kubemend asks of an application is in a page", () => {
  const asked = [
    "detection/collect/scrape/scrape-targets.ts",
    "detection/collect/health.ts",
    "incident/fix/heal-endpoint.ts",
  ].flatMap((file) => {
    const source = read(`src/${file}`);
    const whole = [...source.matchAll(/"((?:prometheus\.io|kubemend\.dev)\/[a-z-]+)"/g)].map(([, name = ""]) => name);
    return [...whole, ...[...source.matchAll(/setting\("([a-z-]+)"\)/g)].map(([, name]) => `kubemend.dev/${name}`)];
  });
  expect(new Set(asked).size).toBeGreaterThan(7);
  for (const name of asked)
    expect(
      all.some(({ text }) => text.includes(name)),
      name,
    ).toBe(true);
});
