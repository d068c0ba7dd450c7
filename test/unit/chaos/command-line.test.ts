import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { createChaosDesk } from "../../../src/app/chaos/chaos-desk.ts";
import { changeStatus, saveIncident } from "../../../src/store/incidents/incidents.ts";
import { newHolder, releaseLease, takeLease } from "../../../src/store/leases.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { startChild } from "../../support/child.ts";
import { incidentRow } from "../../support/incident-row.ts";
import { type TestDatabase, withDatabase } from "../../support/postgres.ts";
import { allowChaos, experimentOf } from "./chaos-world.ts";

let folder: string;
let cluster: ActorCluster;
let database: TestDatabase;
const step = { method: "scale-to-zero", target: { name: "carts" } };
const replicas = () => (cluster.get("Deployment", "carts")?.spec as { replicas?: number }).replicas;

async function experimentFile(name: string, more: object = {}): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(
    file,
    stringify({ ...experimentOf(step).file, name, duration: "1s", every: "1s", settle: "1s", ...more }),
  );
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubemend-chaos-"));
  [cluster, database] = await Promise.all([startActorCluster(), withDatabase()]);
  allowChaos(cluster);
  await writeFile(
    join(folder, "kubeconfig"),
    stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster: { server: cluster.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "test", user: {} }],
    }),
  );
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  cluster.writes.length = 0;
});

function kubemend(...args: readonly string[]) {
  const cloudless = args[0] === "validate" || args[0] === "list" || args[0] === "report" || args[0] === "stop";
  const all = ["chaos", ...args, ...(cloudless ? [] : ["--kubeconfig", join(folder, "kubeconfig")])];
  return startChild("src/cli/kubemend.ts", all, { ...process.env, DATABASE_URL: database.url });
}

async function ended(...args: readonly string[]) {
  await using child = kubemend(...args);
  const { code } = await child.ended;
  return { code, output: child.output() };
}

describe("kubemend chaos", () => {
  test("plan says what would be changed and changes nothing", async () => {
    const { code, output } = await ended("plan", await experimentFile("planned"));
    expect(output).toContain("Deployment shop/carts: replicas 2 → 0; afterwards set back to what it is now");
    expect(code).toBe(0);
    expect(cluster.writes).toEqual([]);
  });

  test("validate lists every problem with its file, exit code 2", async () => {
    const file = await experimentFile("broken", { duration: "soon", hypothesis: "" });
    const { code, output } = await ended("validate", file);
    expect(code).toBe(2);
    expect(output).toContain(`${file}: duration: must be a time`);
    expect(output).toContain(`${file}: hypothesis: must say in a sentence`);
  });

  test("run and report: the fault is made and put back", async () => {
    const { code, output } = await ended("run", await experimentFile("plain"));
    expect(output).toContain("put back      Deployment shop/carts: exactly as before");
    expect(code, output).toBe(0);
    expect(cluster.writes.map(({ verb }) => verb)).toEqual(["patch", "patch"]);
    expect(replicas()).toBe(2);
    expect((await ended("report")).output).toContain("restored Deployment shop/carts: replicas 2 → 0");
  });

  test("SIGTERM in the middle puts everything back before it ends", async () => {
    await using child = kubemend("run", await experimentFile("stopped", { duration: "1h" }));
    await vi.waitFor(() => expect(replicas()).toBe(0), { timeout: 30_000 });
    child.process.kill("SIGTERM");
    expect((await child.ended).code, child.output()).toBe(1);
    expect(replicas()).toBe(2);
    expect(child.output()).toContain("aborted (stopped by a signal)");
  });

  test("after kill -9, restore puts everything back and says so", async () => {
    await using child = kubemend("run", await experimentFile("killed", { duration: "1h" }));
    await vi.waitFor(() => expect(child.output()).toContain("changed "), { timeout: 30_000 });
    child.process.kill("SIGKILL");
    await child.ended;
    expect(replicas()).toBe(0);
    // As if the half minute were over that its lease lasts.
    await database.pool.query("update lease set until = clock_timestamp()");
    const { code, output } = await ended("restore");
    expect(output).toContain("Everything is as it was.");
    expect(code).toBe(0);
    expect(replicas()).toBe(2);
    expect((await ended("list")).output).toContain("killed: aborted");
    expect((await ended("report")).output).toContain(
      "restored Deployment shop/carts: replicas 2 → 0 (exactly as before)",
    );
  });

  test("serve offers experiments to chat, runs what is asked for there, and ends when told to", async () => {
    await using child = kubemend("serve", await experimentFile("offered"));
    // Of which cluster: the name that a kubemend without settings has.
    const desk = createChaosDesk({ database, cluster: "kubernetes", people: ["slack:U1"] });
    const ask = async (...words: string[]) => (await desk?.command(words, { id: "slack:U1", name: "Ann" }))?.text ?? "";
    const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 200 });
    await until(async () => expect(await ask("list")).toContain("*offered*"));
    expect(await ask("run", "offered")).toContain("is asked for");
    await until(async () => expect(await ask("status")).toContain("hypothesis held"));
    expect(await ask("report")).toContain("asked for by slack:U1");
    expect(cluster.writes.map(({ verb }) => verb)).toEqual(["patch", "patch"]);
    expect(replicas()).toBe(2);
    // Somebody else is at an experiment: whoever asked is told, and need not wait.
    const lease = await takeLease(database, { name: "chaos/kubernetes", holder: newHolder(), leaseMs: 60_000 });
    expect(await ask("run", "offered")).toContain("is asked for");
    await until(async () => expect(await ask("status")).toContain("refused: Another process is at an experiment"));
    if (lease) await releaseLease(database, lease);
    child.process.kill("SIGTERM");
    expect((await child.ended).code, child.output()).toBe(0);
  });

  test("a game day runs what it can and writes its scoreboard", async () => {
    const first = await experimentFile("one");
    const second = await experimentFile("two", { blastRadius: { namespaces: ["elsewhere"] } });
    const out = join(folder, "out");
    const { code, output } = await ended("gameday", first, second, "--out", out, "--wait", "1");
    expect(code, output).toBe(1);
    const board = JSON.parse(await readFile(join(out, "scoreboard.json"), "utf8")) as { summary: object };
    expect(board.summary).toMatchObject({ experiments: 2, run: 1, held: 1, clean: true });
    await access(join(out, "scoreboard.html"));
    const truth = JSON.parse(await readFile(join(out, "truth.json"), "utf8")) as object;
    expect(truth).toMatchObject({ faults: [], quiet: expect.arrayContaining([]) });
    expect(output).toContain("there is no namespace elsewhere");
    expect(replicas()).toBe(2);
  });

  describe("an incident of the experiment before", () => {
    const steadyState = [{ type: "replicas", name: "it is there", workload: "carts", count: "all", above: -1 }];
    const openOne = (id: number) => saveIncident(database, incidentRow(id, { cluster: "kubernetes" }));
    const board = async (out: string) =>
      JSON.parse(await readFile(join(out, "scoreboard.json"), "utf8")) as { entries: { openBefore?: string[] }[] };

    test("the next begins when it is closed, although its own steady state does not ask for that", async () => {
      await openOne(70);
      const out = join(folder, "waited");
      await using child = kubemend("gameday", await experimentFile("patient", { steadyState }), "--out", out);
      await vi.waitFor(() => expect(child.output()).toContain("waiting       for incident 70 to close"), {
        timeout: 30_000,
      });
      expect(cluster.writes).toEqual([]);
      await changeStatus(database, "70", "resolve");
      expect((await child.ended).code, child.output()).toBe(0);
      expect((await board(out)).entries).toMatchObject([{ openBefore: [] }]);
    });

    test("when it does not close in time, the scoreboard says so", async () => {
      await openOne(71);
      const out = join(folder, "impatient");
      const file = await experimentFile("impatient", { steadyState });
      const { output } = await ended("gameday", file, "--out", out, "--wait", "0");
      await changeStatus(database, "71", "resolve");
      expect(output).toContain("still open    incident 71");
      expect((await board(out)).entries).toMatchObject([{ openBefore: ["71"], result: { verdict: "held" } }]);
      expect(await readFile(join(out, "scoreboard.html"), "utf8")).toContain("was still open when it began");
    });
  });
});
