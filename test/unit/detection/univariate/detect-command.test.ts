import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detect } from "../../../../src/cli/detect.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { officeHours, series } from "./series-fixtures.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "detect-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

async function run(content: string | Uint8Array) {
  const path = join(folder, "series.csv");
  await writeFile(path, content);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = text(stdout);
  const counts = await detect(path, {}, { stdout, stderr });
  stdout.end();
  stderr.end();
  return { lines: (await output).trimEnd().split("\n"), counts, summary: await text(stderr) };
}

const stamp = (atMs: number) => new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
const rows = series(3000, (row, hour, noise) => officeHours(hour) + 8 * noise + (row === 2500 ? 200 : 0)).map(
  ({ atMs, value }) => `${stamp(atMs)},${value}`,
);
const header = "timestamp,value";

test("every row comes back in order with a score, and a spike stands out", async () => {
  const { lines, counts } = await run(`${[header, ...rows].join("\n")}\n`);
  expect(lines[0]).toBe("timestamp,value,anomaly_score");
  expect(lines.slice(1).map((line) => line.slice(0, line.lastIndexOf(",")))).toEqual(rows);
  const scores = lines.slice(1).map((line) => Number(line.slice(line.lastIndexOf(",") + 1)));
  expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  expect(scores[2500]).toBeGreaterThan(0.9);
  expect(counts.highestAt).toBe(rows[2500]?.slice(0, 19));
});

test("a file cut at any row gives the same beginning: no score sees later rows", async () => {
  const whole = (await run([header, ...rows].join("\n"))).lines;
  const random = seededRandom(11);
  for (const cut of [0, 1, 300, ...Array.from({ length: 8 }, () => Math.floor(random() * rows.length))]) {
    const { lines } = await run([header, ...rows.slice(0, cut)].join("\n"));
    expect(lines).toEqual(whole.slice(0, cut + 1));
  }
});

test("rows that cannot be scored keep their place with score 0 and are counted", async () => {
  const odd = [
    "2026-11-21 12:00:00,",
    "2026-11-21 12:05:00,NaN",
    "2026-11-21 12:10:00,Infinity",
    "yesterday,5",
    "garbage",
  ];
  const { lines, counts, summary } = await run(
    [header, "2026-11-21 11:55:00,1", ...odd, "", "2026-11-21 12:15:00,1"].join("\r\n"),
  );
  expect(lines.slice(2, 7)).toEqual([...odd.slice(0, 4).map((line) => `${line},0.000000`), "garbage,,0.000000"]);
  expect(lines).toHaveLength(8);
  expect(counts).toMatchObject({
    rows: 7,
    scored: 2,
    emptyValues: 1,
    notNumbers: 2,
    unreadableTimes: 2,
    blankLines: 1,
  });
  expect(summary).toContain(
    "7 rows, 2 scored, 1 without a value, 2 not a number, 2 without a readable time, 1 blank lines",
  );
});

test("gaps, repeated, late and jumping times are counted and scored", async () => {
  const minutes = [0, 5, 10, 10, 60, 65, 60, 70, -600, -595];
  const { counts, summary } = await run(
    [header, ...minutes.map((minute) => `${1_790_000_000 + 60 * minute},7`)].join("\n"),
  );
  expect(counts).toMatchObject({ rows: 10, scored: 10, steps: { gap: 1, duplicate: 1, late: 1, "clock-jump": 1 } });
  expect(summary).toContain("1 gaps, 1 repeated times, 1 late, 1 clock jumps");
});

describe("what is no series ends with exit code 2 and a remedy", () => {
  test.each([
    { name: "an empty file", content: "", code: "series-empty" },
    { name: "rows without a header", content: rows.slice(0, 5).join("\n"), code: "series-no-header" },
    {
      name: "a picture",
      content: Uint8Array.from({ length: 5000 }, (_, i) => (i * 73) % 256),
      code: "series-no-header",
    },
    { name: "a header and prose", content: `${header}\nonce upon\na time`, code: "series-no-rows" },
  ])("$name", async ({ content, code }) => {
    const path = join(folder, "bad.csv");
    const out = join(folder, "bad-scores.csv");
    await writeFile(path, content);
    const failure = detect(path, { out }, { stdout: silent, stderr: silent });
    await expect(failure).rejects.toMatchObject({ code, exitCode: 2, remedy: expect.stringMatching(/\w+ \w+/) });
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, false]);
  });

  test.each([
    { name: "a missing file", path: "missing.csv" },
    { name: "a folder", path: "." },
  ])("$name", async ({ path }) => {
    const failure = detect(join(folder, path), {}, { stdout: silent, stderr: silent });
    await expect(failure).rejects.toMatchObject({ code: "series-not-found", exitCode: 2 });
  });

  test("an output that cannot be written", async () => {
    const path = join(folder, "good.csv");
    await writeFile(path, [header, ...rows.slice(0, 3)].join("\n"));
    const failure = detect(path, { out: join(folder, "no", "such", "place.csv") }, { stdout: silent, stderr: silent });
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(/place\.csv: no such file or folder\.$/),
      code: "out-not-writable",
      exitCode: 2,
    });
  });
});

test("--out writes the same as stdout", async () => {
  const { lines } = await run([header, ...rows].join("\n"));
  const out = join(folder, "scores.csv");
  await detect(join(folder, "series.csv"), { out }, { stdout: silent, stderr: silent });
  expect((await readFile(out, "utf8")).trimEnd().split("\n")).toEqual(lines);
});

describe("any resolution", () => {
  const random = seededRandom(5);
  const noise = Array.from({ length: 1_200 }, () => random() - 0.5);
  const start = Date.UTC(2024, 0, 1);
  test.each([
    { name: "a second", at: (i: number) => String((start + i * 1_000) / 1_000) },
    { name: "a minute", at: (i: number) => new Date(start + i * 60_000).toISOString() },
    { name: "an hour", at: (i: number) => stamp(start + i * 3_600_000) },
    { name: "a day", at: (i: number) => new Date(start + i * 86_400_000).toISOString().slice(0, 10) },
    { name: "any time", at: (i: number) => String(start + i * 60_000 + Math.round((noise[i] ?? 0) * 50_000)) },
    { name: "two rows of one time", at: (i: number) => stamp(start + Math.floor(i / 2) * 60_000) },
  ])("a jump stands out between rows that are $name apart", async ({ at }) => {
    const { lines, counts } = await run(
      [header, ...noise.map((own, i) => `${at(i)},${(20 + 4 * own + (i === 1_000 ? 30 : 0)).toFixed(3)}`)].join("\n"),
    );
    const scores = lines.slice(1).map((line) => Number(line.slice(line.lastIndexOf(",") + 1)));
    expect(counts.scored).toBe(1_200);
    expect(scores[1_000]).toBe(Math.max(...scores));
    expect(scores[1_000]).toBeGreaterThan(0.9);
  });

  test("rows in no order at all are scored as they come, and counted", async () => {
    const order = noise.map((own, i) => [own, i] as const).toSorted(([a], [b]) => a - b);
    const { lines, counts } = await run([header, ...order.map(([, i]) => `${stamp(start + i * 60_000)},7`)].join("\n"));
    expect(lines).toHaveLength(1_201);
    expect(counts.scored).toBe(1_200);
    expect(counts.steps.late + counts.steps["clock-jump"]).toBeGreaterThan(100);
    expect(counts.highestScore).toBe(0);
  });
});

test.each([
  { name: "one row", content: `${header}\n2026-11-21 12:00:00,5`, lines: 2 },
  {
    name: "ten rows with a spike in them",
    content: [header, ...[1, 2, 1, 1, 99, 1, 2, 1, 1, 2].map((v, i) => `${1_790_000_000 + 60 * i},${v}`)].join("\n"),
    lines: 11,
  },
  { name: "blank lines before the header", content: `\n \r\n\ufeff${header}\n2026-11-21 12:00:00,5\n`, lines: 2 },
])("$name: too little to claim anything", async ({ content, lines: want }) => {
  const { lines, counts } = await run(content);
  expect(lines).toHaveLength(want);
  expect(counts.highestScore).toBe(0);
});

test("a file of nothing but blank lines is empty", async () => {
  await expect(run("\n\n \n")).rejects.toMatchObject({ code: "series-empty", exitCode: 2 });
});

test("a header without rows gives a header without rows", async () => {
  expect((await run(`${header}\n`)).lines).toEqual(["timestamp,value,anomaly_score"]);
});

test("a reader that stops reading is no failure", async () => {
  await writeFile(join(folder, "series.csv"), [header, ...rows].join("\n"));
  const closing = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("closed"), { code: "EPIPE" })),
  });
  closing.on("error", () => undefined);
  await expect(detect(join(folder, "series.csv"), {}, { stdout: closing, stderr: silent })).resolves.toBeDefined();
});

test("a field that a spreadsheet would run is shown to it as text; times and numbers stay as they are", async () => {
  const { lines } = await run(
    [
      header,
      "=cmd|'/c calc'!A1,1",
      '"@SUM(1+1)",2',
      "+1+cmd|x,3",
      "-2+3,4",
      "2026-11-21 12:00:00,=1+1",
      "-60,-5e3",
      "+1700000000,+5",
    ].join("\n"),
  );
  expect(lines.slice(1).map((line) => line.slice(0, line.lastIndexOf(",")))).toEqual([
    "'=cmd|'/c calc'!A1,1",
    "'@SUM(1+1),2",
    "'+1+cmd|x,3",
    "'-2+3,4",
    "2026-11-21 12:00:00,'=1+1",
    "-60,-5e3",
    "+1700000000,+5",
  ]);
});
