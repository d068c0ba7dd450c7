import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTruth } from "../../../../src/replay/player/load-truth.ts";

test("a recording without a truth.json has none; one that cannot be read is not taken for none", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-truth-"));
  expect(await loadTruth(folder.path)).toEqual([]);
  await mkdir(join(folder.path, "truth.json"));
  await expect(loadTruth(folder.path)).rejects.toMatchObject({
    code: "recording-incomplete",
    exitCode: 2,
    message: expect.stringContaining("it is a folder"),
  });
});
