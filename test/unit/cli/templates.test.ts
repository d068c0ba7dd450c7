import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { templates } from "../../../src/cli/templates.ts";
import { AppError } from "../../../src/lib/app-error.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "templates-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(path: string | undefined, json: boolean, stdin: Readable = Readable.from([])) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const [out] = await Promise.all([
    text(stdout),
    templates(path, { json }, { stdin, stdout, stderr }).finally(() => stdout.end()),
  ]);
  return { out, err: String(stderr.read() ?? "") };
}

const log = "took 5 ms\ntook 17 ms\n\ndisk full\ntook 1 ms";

test("prints one object a line, then the templates", async () => {
  const path = join(folder, "app.log");
  await writeFile(path, log);
  const { out, err } = await run(path, true);
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { line: 1, template: 1 },
    { line: 2, template: 1 },
    { line: 3, template: 2 },
    { line: 4, template: 3 },
    { line: 5, template: 1 },
    { id: 1, text: "took <*>", count: 3 },
    { id: 2, text: "", count: 1 },
    { id: 3, text: "disk full", count: 1 },
  ]);
  expect(err).toContain("5 lines, 3 templates");
});

test.each([undefined, "-"])("reads stdin when the file is %s", async (path) => {
  const { out } = await run(path, false, Readable.from([Buffer.from("took 5 ms\nto"), Buffer.from("ok 6 ms\n")]));
  expect(out).toBe("1\t1\n2\t1\n\n1\t2\ttook <*>\n");
});

test("a line gets the id of the template it turned out to belong to", async () => {
  const names = ["ann", "bob", "carol", "dave", "erin", "frank", "grace"];
  const lines = names.map((name) => `mail delivered to ${name} in time\n`).join("");
  const { out } = await run("-", false, Readable.from([Buffer.from(lines)]));
  expect(out.split("\n").slice(0, 7)).toEqual(names.map((_, i) => `${i + 1}\t1`));
});

test("ids of a file are final, however many lines lie between a name and the last that gives it away", async () => {
  const path = join(folder, "long.log");
  const names = ["ann", "bob", "carol", "dave", "erin", "frank", "grace"];
  // More between the first and the last than is held back of a stream.
  const apart = 176_001;
  const filler = "took 5 ms\n".repeat(apart - 1);
  await writeFile(path, names.map((name) => `mail delivered to ${name} in time\n`).join(filler));
  const { out } = await run(path, false);
  const lines = out.split("\n");
  expect(names.map((_, i) => lines[i * apart])).toEqual(names.map((_, i) => `${i * apart + 1}\t1`));
  expect(lines[1]).toBe("2\t2");
});

test("an empty file has no lines and no templates", async () => {
  const path = join(folder, "empty.log");
  await writeFile(path, "");
  const { out, err } = await run(path, true);
  expect(out).toBe("");
  expect(err).toContain("0 lines, 0 templates");
});

test("whoever follows a live log sees its lines before the log ends", async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const running = templates("-", {}, { stdin, stdout, stderr: new PassThrough() });
  stdin.write("took 5 ms\n");
  const first = await new Promise<string>((resolve) => stdout.once("data", (data) => resolve(String(data))));
  expect(first).toBe("1\t1\n");
  stdin.end();
  stdout.resume();
  await running;
});

test.each([
  ["is missing", () => join(folder, "none.log")],
  ["is a folder", () => folder],
])("a file that %s is refused with a remedy and exit code 2", async (_, path) => {
  const failure = await run(path(), true).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ code: "log-not-found", exitCode: 2, remedy: expect.stringContaining("stdin") });
});

test("line ends of Windows, empty lines and a line without an end count as lines each", async () => {
  const { out } = await run(undefined, true, Readable.from([Buffer.from("disk full\r\n\r\n\ndisk full")]));
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object),
  ).toEqual([
    { line: 1, template: 1 },
    { line: 2, template: 2 },
    { line: 3, template: 2 },
    { line: 4, template: 1 },
    { id: 1, text: "disk full", count: 2 },
    { id: 2, text: "", count: 2 },
  ]);
});

test("a line of ten megabytes, NUL and bytes that are no UTF-8 are lines like others, and the cut is told", async () => {
  const huge = Buffer.concat([Buffer.alloc(10 * 2 ** 20, "x"), Buffer.from([10, 0xff, 0xfe, 0, 10])]);
  const { out, err } = await run(undefined, true, Readable.from([huge, Buffer.from("disk full\n")]));
  expect(out.split("\n").slice(0, 3)).toEqual([
    '{"line":1,"template":1}',
    '{"line":2,"template":2}',
    '{"line":3,"template":3}',
  ]);
  expect(err).toContain("3 lines, 3 templates; 1 long line read only at the beginning");
});

test("a reader that closes early is no failure", async () => {
  const stdout = new PassThrough();
  stdout.once("data", () => stdout.destroy(Object.assign(new Error("closed"), { code: "EPIPE" })));
  const stdin = Readable.from(Array.from({ length: 1_100 }, () => Buffer.from("took 5 ms\n".repeat(1_000))));
  await expect(templates("-", {}, { stdin, stdout, stderr: new PassThrough() })).resolves.toBeUndefined();
});

test("escape sequences of a log are shown on the terminal, not played; JSON keeps them", async () => {
  const path = join(folder, "hostile.log");
  await writeFile(path, "hello \u001b]0;root\u0007 world");
  const { out } = await run(path, false);
  expect(out).toContain("[U+0007]");
  expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  const [, last = ""] = (await run(path, true)).out.trimEnd().split("\n");
  expect(JSON.parse(last)).toMatchObject({ text: expect.stringContaining("\u0007") });
});
