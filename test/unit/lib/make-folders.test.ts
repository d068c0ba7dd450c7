import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolders } from "../../../src/lib/make-folders.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubemend-folders-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("folders that are missing are made, those that are there stay", async () => {
  const deep = join(folder, "a/b/c");
  await makeFolders(deep);
  await makeFolders(deep);
  await makeFolders(join(folder, "a/d"));
  expect(statSync(deep).isDirectory()).toBe(true);
  expect(statSync(join(folder, "a/d")).isDirectory()).toBe(true);
});

test("a file in the way is told", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(makeFolders(file)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolders(join(file, "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(process.platform === "linux")(
  "a file system that takes no folders ends it, instead of holding it up",
  async () => {
    await expect(makeFolders("/proc/none/below")).rejects.toMatchObject({ code: "ENOENT" });
  },
);
