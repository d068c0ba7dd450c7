import { expect, test } from "vitest";
import { createChaosDesk, experimentRows } from "../../../src/app/chaos/chaos-desk.ts";
import { makeRun } from "../../../src/app/chaos/chaos-run.ts";
import { offerExperiments } from "../../../src/store/chaos/offered-experiments.ts";
import { listChaosRuns, takeRequestedRun } from "../../../src/store/chaos/runs.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { withDatabase } from "../../support/postgres.ts";
import { allowChaos, depsFor, experimentOf } from "./chaos-world.ts";

const ann = { id: "slack:U1", name: "Ann", aliases: ["mail:ann@example.org"] };
const bob = { id: "slack:U2", name: "Bob" };

test("asked for in chat, taken up by another process once, and told afterwards", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  allowChaos(cluster);
  const settings = { database, cluster: "shop", people: ["mail:ann@example.org"] };
  const desk = createChaosDesk(settings);
  if (!desk) throw new Error("no desk");
  expect((await desk.command(["list"], bob)).text).toContain("kubemend chaos serve");
  const { file } = experimentOf({ method: "scale-to-zero", target: { name: "carts" } });
  await offerExperiments(database, "shop", [{ name: "try", body: file }]);
  expect((await desk.command([], bob)).text).toContain("*try*: the shop goes on selling socks");
  expect(await desk.command(["run", "try"], bob)).toMatchObject({
    ok: false,
    text: expect.stringContaining("Only the people"),
  });
  expect(await desk.command(["run", "nothing"], ann)).toMatchObject({
    ok: false,
    text: expect.stringContaining("there are try"),
  });
  expect(await listChaosRuns(database, "shop")).toEqual([]);

  expect(await desk.command(["run", "try"], ann)).toMatchObject({ ok: true });
  expect((await desk.command(["status"], bob)).text).toContain("waits to be taken up");
  const [taken, another] = await Promise.all([takeRequestedRun(database, "shop"), takeRequestedRun(database, "shop")]);
  const row = taken ?? another;
  expect([taken, another].filter(Boolean)).toHaveLength(1);
  if (!row) throw new Error("no row");
  expect(await makeRun(depsFor(cluster, database), { row })).toMatchObject({ type: "ran", runId: row.id });
  expect((await desk.command(["status"], bob)).text).toContain("hypothesis held");
  const report = "hypothesis: the shop goes on selling socks";
  expect((await desk.command(["report"], bob)).text).toContain(report);
  expect((await desk.command(["report", row.id], bob)).text).toContain(
    "restored Deployment shop/carts: replicas 2 → 0",
  );
  expect(await desk.command(["report", "999"], bob)).toMatchObject({ ok: false });
  const plan = (await desk.command(["plan", "try"], bob)).text;
  for (const said of ["scale-to-zero", "shop; at most 5 objects", "expected no incident"]) expect(plan).toContain(said);
  expect((await desk.command(["plan", "nothing"], bob)).ok).toBe(false);
  expect(await experimentRows(settings)()).toMatchObject([
    { name: "try", target: "shop: scale-to-zero", state: "done" },
  ]);

  expect((await desk.command(["stop"], ann)).ok).toBe(false);
  await desk.command(["run", "try"], ann);
  expect((await desk.command(["stop"], ann)).ok).toBe(true);
  expect(await takeRequestedRun(database, "shop")).toBeUndefined();
  expect((await desk.command(["nonsense"], ann)).ok).toBe(false);
});

test("what an experiment says is text in chat: no mention, no link, no end of the block", async () => {
  await using database = await withDatabase();
  const desk = createChaosDesk({ database, cluster: "shop", people: ["slack:U1"] });
  if (!desk) throw new Error("no desk");
  const hypothesis = "<!channel> holds ``` & <https://evil.example|this>";
  const { file } = experimentOf({ method: "scale-to-zero", target: { name: "carts" } }, { hypothesis });
  await offerExperiments(database, "shop", [{ name: "try", body: file }]);
  for (const words of [["list"], ["plan", "try"]]) {
    const { text } = await desk.command(words, ann);
    expect(text).toContain("&lt;!channel&gt; holds");
    expect(text).not.toMatch(/<[!h]/);
    expect(text.match(/```/g)?.length ?? 0, words[0]).toBeLessThanOrEqual(words[0] === "plan" ? 2 : 1);
  }
});

test("where nobody may run experiments there are none in chat, and no page of them", async () => {
  await using database = await withDatabase();
  expect(createChaosDesk({ database, cluster: "shop", people: [] })).toBeUndefined();
  expect(await experimentRows({ database, cluster: "shop", people: [] })()).toBeUndefined();
});
