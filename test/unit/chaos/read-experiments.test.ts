import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { gamedayChaos } from "../../../src/cli/chaos/gameday-chaos.ts";
import { readExperiments } from "../../../src/cli/chaos/read-experiments.ts";
import { experimentOf } from "./chaos-world.ts";

const step = { method: "scale-to-zero", target: { name: "carts" } };
const textOf = (name: string) => stringify({ ...experimentOf(step).file, name });

test("more experiments than are taken at one time are refused, not left out", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-experiments-"));
  for (let i = 0; i < 201; i++) await writeFile(join(folder.path, `${i}.yaml`), textOf(`try-${i}`));
  await expect(readExperiments([folder.path])).rejects.toMatchObject({
    code: "experiments-too-many",
    message: expect.stringContaining("201 experiments"),
    exitCode: 2,
  });
});

test("what cannot be read is told with the other problems, and a file without end is not read", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-experiments-"));
  await mkdir(join(folder.path, "a.yaml"));
  await writeFile(join(folder.path, "b.yaml"), "name: 7\n");
  const refused = readExperiments([folder.path, "/dev/zero"]);
  await expect(refused).rejects.toMatchObject({ code: "experiment-invalid", exitCode: 2 });
  await expect(refused).rejects.toThrow(
    /a\.yaml: it is a folder[\s\S]*b\.yaml: [\s\S]*\/dev\/zero: it is longer than 1000000 bytes/,
  );
});

test("a game day whose scoreboard could not be written does not begin", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kubemend-experiments-"));
  const file = join(folder.path, "try.yaml");
  await writeFile(file, textOf("try"));
  const kubeconfig = join(folder.path, "kubeconfig");
  const clusters = [{ name: "test", cluster: { server: "https://127.0.0.1:6443" } }];
  const contexts = [{ name: "test", context: { cluster: "test", user: "test" } }];
  await writeFile(kubeconfig, JSON.stringify({ clusters, contexts, users: [], "current-context": "test" }));
  // Before any database is opened, and long before any fault.
  await expect(gamedayChaos([file], { out: join(file, "out"), wait: "1", kubeconfig })).rejects.toMatchObject({
    code: "folder-refused",
    exitCode: 2,
    remedy: expect.stringContaining("--out"),
  });
});
