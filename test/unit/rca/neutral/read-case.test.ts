import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHistory } from "../../../../src/rca/neutral/history.ts";
import { logShape } from "../../../../src/rca/neutral/log-shape.ts";
import { isNeutralCase, readCase } from "../../../../src/rca/neutral/read-case.ts";
import { readText } from "../../../../src/rca/neutral/read-text.ts";
import { requestsOf } from "../../../../src/rca/neutral/requests.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "neutral-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const header = {
  id: "one",
  alert: { time: 1_700_000_060 },
  window: { from: 1_700_000_000, to: 1_700_000_240 },
  candidates: ["web"],
};

async function caseFolder(name: string, files: Readonly<Record<string, string>>, caseJson: object = header) {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "case.json"), JSON.stringify(caseJson));
  for (const [file, text] of Object.entries(files))
    await writeFile(join(folder, file), file.endsWith(".gz") ? gzipSync(text) : text);
  return folder;
}

const metrics = 'time,entity,metric,value\n1700000060,web,cpu,2\n1700000000,web,cpu,1\nbroken\n1700000000,"a,b",cpu,\n';
const spans = [
  {
    trace: "t",
    span: "00000000000000b1",
    parent: "00000000000000a1",
    entity: "cart",
    op: "get",
    start: 1.7e18,
    dur_us: 400,
  },
  { trace: "t", span: "00000000000000a1", parent: "root", entity: "web", op: "call", start: 1.7e18, dur_us: 900 },
  { trace: "t", entity: "web" },
];
const ndjson = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");

describe("reading a case", () => {
  test("columns are in order of time, zipped or not; bad rows are counted and said", async () => {
    const logs = [{ time: 1.7e18, entity: "cart", trace: "t", line: "INFO read 5 rows SpanID: 00000000000000b1" }];
    const folder = await caseFolder("good", {
      "metrics.csv.gz": metrics,
      "traces.ndjson": ndjson(spans),
      "logs.ndjson.gz": ndjson(logs),
    });
    const read = await readCase(folder);
    expect([...(read.metrics.get("web")?.get("cpu")?.values ?? [])]).toEqual([1, 2]);
    expect(read.notes).toEqual(["3 rows could not be read and were left out"]);
    const [cart, web] = requestsOf(read.telemetry);
    expect(cart).toMatchObject({ entity: "cart", caller: 1, logSteps: [expect.stringContaining("read")] });
    expect(cart?.clientSeconds).toBeCloseTo(0.0009);
    expect(web).toMatchObject({ entity: "web", caller: -1, spanSteps: ["call -> cart get"] });
  });

  test("a baseline that is not there is said, and the case is still read", async () => {
    const folder = await caseFolder("alone", { "metrics.csv": metrics }, { ...header, baseline_dir: "../../gone" });
    expect((await readCase(folder)).notes[0]).toContain("../../gone is not there");
  });

  test("a mark of byte order, line ends of Windows and names given twice do no harm", async () => {
    const folder = await caseFolder(
      "windows",
      { "metrics.csv": `\uFEFFtime,entity,metric,value\r\n1700000000,web,cpu,1\r\n` },
      { ...header, candidates: ["web", "cart", "web"] },
    );
    const read = await readCase(folder);
    expect(read.candidates).toEqual(["web", "cart"]);
    expect([...(read.metrics.get("web")?.get("cpu")?.values ?? [])]).toEqual([1]);
    expect(read.notes).toEqual([]);
  });

  test("a case recorded at another time than its incident says so", async () => {
    const folder = await caseFolder(
      "elsewhen",
      { "metrics.csv": metrics },
      { ...header, window: { from: 10, to: 20 } },
    );
    expect((await readCase(folder)).notes).toContainEqual(expect.stringContaining("check its times"));
  });

  test("of a file beyond the bound the first whole lines are read", async () => {
    const folder = await caseFolder("large", { "metrics.csv.gz": metrics });
    expect(await readText(join(folder, "metrics.csv"), 60)).toEqual({
      text: "time,entity,metric,value\n1700000060,web,cpu,2\n",
      isCut: true,
    });
  });

  test.each([
    { name: "not a case", files: undefined, code: "case-missing" },
    { name: "nothing to read", files: {}, code: "case-empty" },
    {
      name: "bad changes",
      files: { "metrics.csv": metrics, "changes.json": '{"commits":[{"sha":1}]}' },
      code: "case-malformed",
    },
    { name: "cut off", files: { "metrics.csv.gz": "" }, code: "case-unreadable" },
    {
      name: "milliseconds",
      files: { "metrics.csv": metrics },
      caseJson: { ...header, alert: { time: 1.7e12 } },
      code: "case-malformed",
    },
    {
      name: "a window that ends before it begins",
      files: { "metrics.csv": metrics },
      caseJson: { ...header, window: { from: 2, to: 1 } },
      code: "case-malformed",
    },
  ])("$name: one sentence, a remedy and exit code 2", async ({ name, files, caseJson, code }) => {
    const folder = files ? await caseFolder(name, files, caseJson) : join(root, "nowhere");
    if (code === "case-unreadable") await writeFile(join(folder, "metrics.csv.gz"), gzipSync(metrics).subarray(0, 20));
    await expect(readCase(folder)).rejects.toMatchObject({ code, exitCode: 2, remedy: expect.stringMatching(/\w/) });
    expect(await isNeutralCase(folder)).toBe(files !== undefined);
  });
});

describe("reading history", () => {
  test("only cases with a confirmed cause count", async () => {
    const history = join(root, "history");
    await mkdir(history);
    await expect(readHistory(history)).rejects.toMatchObject({ code: "history-empty", exitCode: 2 });
    await caseFolder("history/open", { "metrics.csv": metrics });
    await caseFolder("history/known", { "metrics.csv": metrics, "confirmed.json": '{"entity":"cart"}' });
    const { cases, notes } = await readHistory(history);
    expect(cases.map(({ incident }) => incident)).toEqual([
      { entity: "cart", from: header.window.from, to: header.window.to },
    ]);
    expect(notes).toEqual([]);
  });

  test("an earlier case that cannot be read is said, and the others are used", async () => {
    const confirmed = { "confirmed.json": '{"entity":"cart"}' };
    await caseFolder("mixed/good", { "metrics.csv": metrics, ...confirmed });
    await caseFolder("mixed/empty", confirmed);
    await caseFolder("mixed/broken", { "metrics.csv": metrics, "confirmed.json": "{" });
    const { cases, notes } = await readHistory(join(root, "mixed"));
    expect(cases).toHaveLength(1);
    expect(notes.toSorted()).toEqual([
      expect.stringContaining("broken/confirmed.json is not as expected"),
      expect.stringContaining("empty has no metrics"),
    ]);
  });
});

describe("shapes of log lines", () => {
  test.each([
    { name: "numbers and ids are values", a: "took 5 ms for a1b2", b: "took 71 ms for c3d4", same: true },
    {
      name: "a place in the code is the template",
      a: "12:00:01 INFO  a.b.Cart#31 got [x]",
      b: "12:00:02 INFO  a.b.Cart#31 got nothing at all",
      same: true,
    },
    {
      name: "another place is another template",
      a: "INFO  a.b.Cart#31 got [x]",
      b: "INFO  a.b.Cart#32 got [x]",
      same: false,
    },
    {
      name: "the wrapper of a container runtime is taken off",
      a: '{"log":"ERROR cannot read\\n","stream":"stdout"}',
      b: "ERROR cannot read",
      same: true,
    },
    { name: "words differ", a: "cannot read file", b: "cannot write file", same: false },
  ])("$name", ({ a, b, same }) => {
    expect(logShape(a).text === logShape(b).text).toBe(same);
  });

  test("the level comes from the row, else from the words", () => {
    expect(logShape("all good", "ERROR").level).toBe("error");
    expect(logShape("WARN slow").level).toBe("warn");
    expect(logShape("ready").level).toBe("info");
  });
});
