import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadModel } from "../../../../src/detection/metrics/forecast/load-model.ts";
import {
  defaultModelFolder,
  encodeWeights,
  readModel,
  sha256,
} from "../../../../src/detection/metrics/forecast/model-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-"));
  await cp(defaultModelFolder, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const editCard = async (edit: (card: Record<string, unknown>) => void) => {
  const path = join(folder, "model.json");
  const card = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  edit(card);
  await writeFile(path, JSON.stringify(card));
};

describe("the model that ships", () => {
  test("is there, small, and better than persistence, seasonal-naive and level on time it has not seen", async () => {
    const read = readModel(defaultModelFolder);
    if (read.outcome !== "read") throw new Error(JSON.stringify(read));
    const { heldBack, data } = read.model.card;
    expect(heldBack.gru).toBeLessThan(0.95 * heldBack.persistence);
    expect(heldBack.gru).toBeLessThan(0.5 * heldBack.seasonalNaive);
    expect(heldBack.gru).toBeLessThan(0.5 * heldBack.level);
    expect(heldBack.points).toBeGreaterThan(10_000);
    expect(Date.parse(data.heldBackFrom)).toBeLessThan(Date.parse(data.to));
    expect((await stat(join(defaultModelFolder, "weights.bin"))).size).toBeLessThan(300_000);
  });

  test("is written back byte for byte", async () => {
    const read = readModel(folder);
    if (read.outcome !== "read") throw new Error(JSON.stringify(read));
    expect(sha256(encodeWeights(read.model.weights))).toBe(read.model.card.weights.sha256);
  });
});

describe("a model that cannot be used is named, never thrown", () => {
  test("no folder", () => expect(readModel(join(folder, "elsewhere"))).toEqual({ outcome: "absent" }));

  test("weights of another model", async () => {
    const path = join(folder, "weights.bin");
    const bytes = await readFile(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(readModel(folder)).toMatchObject({ outcome: "damaged", detail: expect.stringContaining("not the file") });
  });

  test("weights cut short", async () => {
    const bytes = (await readFile(join(folder, "weights.bin"))).subarray(0, 400);
    await writeFile(join(folder, "weights.bin"), bytes);
    await editCard((card) => {
      card.weights = { bytes: 400, sha256: sha256(bytes) };
    });
    expect(readModel(folder)).toMatchObject({ outcome: "damaged", detail: expect.stringContaining("wrong size") });
  });

  test("weights that are not finite", async () => {
    const bytes = await readFile(join(folder, "weights.bin"));
    bytes.writeFloatLE(Number.NaN, 40);
    await writeFile(join(folder, "weights.bin"), bytes);
    await editCard((card) => {
      card.weights = { bytes: bytes.length, sha256: sha256(bytes) };
    });
    expect(readModel(folder)).toMatchObject({ outcome: "damaged" });
  });

  test("other inputs", async () => {
    await editCard((card) => {
      card.features = ["something-else"];
    });
    expect(readModel(folder)).toMatchObject({ outcome: "damaged", detail: expect.stringContaining("other inputs") });
  });

  test("a card that is not one", async () => {
    await writeFile(join(folder, "model.json"), "{");
    expect(readModel(folder)).toMatchObject({ outcome: "damaged" });
  });
});

test("without a model detection goes on with a stand-in, and says so once", () => {
  const warnings: string[] = [];
  const absent = join(folder, "nothing-here");
  const first = loadModel(absent, (text) => warnings.push(text));
  const second = loadModel(absent, (text) => warnings.push(text));
  expect(first.card).toBeUndefined();
  expect(second).toBe(first);
  expect(warnings).toEqual([expect.stringContaining("kubemend train")]);
});
