import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asSystemError } from "../../../src/cli/system-error.ts";
import { inputError } from "../../../src/lib/app-error.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-refused-"));
  writeFileSync(join(folder, "file"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

function refused(deed: () => unknown): unknown {
  try {
    deed();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

test.each([
  { name: "nothing there", deed: () => openSync(join(folder, "none"), "r"), want: "no such file or folder" },
  { name: "a folder", deed: () => openSync(folder, "w"), want: "it is a folder" },
  { name: "a file in the way", deed: () => mkdirSync(join(folder, "file")), want: "there is a file of that name" },
  {
    name: "a file as folder",
    deed: () => openSync(join(folder, "file", "x"), "r"),
    want: "a part of the path is a file",
  },
])("what the operating system refuses is a sentence with its path: $name", ({ deed, want }) => {
  const error = asSystemError(refused(deed));
  expect(error?.message).toContain(folder);
  expect(error?.message).toContain(want);
  expect(error?.remedy).toMatch(/^(Give|Run|Free)/);
  expect(error?.exitCode).toBe(2);
});

test("a refusal by a server, a fault of ours and an error with its remedy are none of these", () => {
  const refusedConnection = Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" });
  for (const error of [refusedConnection, new TypeError("x is not a function"), inputError("a", "b", "c"), "text"])
    expect(asSystemError(error)).toBeUndefined();
});

test.each([
  "timeout exceeded when trying to connect",
  "Connection terminated unexpectedly",
])("a database that does not answer is no fault to report: %s", (words) => {
  const error = asSystemError(new Error(words));
  expect(error?.message).toBe(`The database did not answer: ${words}.`);
  expect(error?.remedy).toContain("kubemend doctor");
  expect(error?.exitCode).toBe(2);
});
