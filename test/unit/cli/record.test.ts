import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRecording } from "../../../src/replay/recording/load-recording.ts";
import { type ServedRecording, serveRecording } from "../../../src/replay/serve.ts";
import { deadUrl } from "../../support/actor-cluster.ts";
import { startChild } from "../../support/child.ts";

const command = new URL("../../../src/cli/kubemend.ts", import.meta.url).pathname;
const recording = join(import.meta.dirname, "../../recordings/sock-shop-06");

describe("kubemend record", () => {
  let cluster: ServedRecording;
  let folder: string;
  let kubeconfig: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubemend-record-"));
    cluster = await serveRecording({ recording, hold: false });
    kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, cluster.kubeconfig.exportConfig());
  });
  afterAll(async () => {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, HOME, NODE_COMPILE_CACHE };
  const run = (...args: string[]) =>
    startChild(command, ["record", "--kubeconfig", kubeconfig, "--namespaces", "sock-shop", ...args], env);

  test("told to stop by Ctrl-C, it leaves a recording that can be read", async () => {
    const out = join(folder, "stopped");
    await using child = run("--out", out, "--interval", "1");
    expect(await child.line()).toContain("Recording sock-shop");
    child.process.kill("SIGINT");
    expect(await child.ended, child.output()).toMatchObject({ code: 0 });
    const { header, objects } = await loadRecording(out);
    expect(header.namespaces).toEqual(["sock-shop"]);
    expect(objects.length).toBeGreaterThan(20);
  });

  test("a Prometheus that is set and does not answer is told before anything is recorded", async () => {
    const args = ["--kubeconfig", kubeconfig, "--namespaces", "sock-shop", "--out", join(folder, "blind")];
    await using child = startChild(command, ["record", ...args], { ...env, PROMETHEUS_URL: await deadUrl() });
    expect((await child.ended).code, child.output()).not.toBe(0);
    expect(child.output()).toContain("Prometheus");
  });

  test.each([
    { what: "raw texts need a second yes", args: ["--raw"], says: "--yes-secrets-may-be-in-it" },
    { what: "minutes are a number", args: ["--minutes", "ten"], says: "--minutes must be a number" },
    { what: "more than can be read back is not recorded", args: ["--max-bytes", "9e9"], says: "--max-bytes" },
    {
      what: "a truth that is not there is told at once",
      args: ["--truth", "/nowhere.json"],
      says: "/nowhere.json cannot be read: no such file or folder.",
    },
  ])("$what", async ({ args, says }) => {
    await using child = run("--out", join(folder, "refused"), ...args);
    expect(await child.ended).toMatchObject({ code: 2 });
    expect(child.output()).toContain(says);
  });
});
