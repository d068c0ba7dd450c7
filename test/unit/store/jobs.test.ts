import { expect, test, vi } from "vitest";
import { startJobs } from "../../../src/store/jobs.ts";
import { jobCounts } from "../../../src/store/people/own-figures.ts";
import { withDatabase } from "../../support/postgres.ts";

test("a job that fails is tried again, and waiting jobs of one key are folded", async () => {
  await using database = await withDatabase();
  await using jobs = await startJobs(database.url);
  for (let i = 0; i < 5; i++) await jobs.send("render", { incident: "7" }, { key: "7" });
  const seen: object[] = [];
  await jobs.work("render", async (data) => {
    seen.push(data);
    if (seen.length === 1) throw new Error("Slack is down");
  });
  await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 15_000, interval: 100 });
  expect(seen).toEqual([{ incident: "7" }, { incident: "7" }]);
});

test("rounds that send what is not done yet add nothing to a job that waits for another try", async () => {
  await using database = await withDatabase();
  await using jobs = await startJobs(database.url);
  let tries = 0;
  await jobs.work("render", async () => {
    tries++;
    throw new Error("this incident cannot be shown");
  });
  const round = () => jobs.send("render", { incident: "7" }, { key: "7", unlessWaiting: true });
  await round();
  await vi.waitFor(() => expect(tries).toBeGreaterThanOrEqual(1), { timeout: 15_000, interval: 50 });
  const jobsOfIt = async () => {
    const { rows } = await database.pool.query("select state from pgboss.job where singleton_key = '7'");
    return rows.map((row: { state: string }) => row.state);
  };
  await vi.waitFor(async () => expect(await jobsOfIt()).toEqual(["retry"]), { timeout: 15_000, interval: 20 });
  for (let i = 0; i < 20; i++) await round();
  expect(await jobsOfIt()).toHaveLength(1);
  // News of the same incident is not held back by what failed.
  await jobs.send("render", { incident: "7" }, { key: "7" });
  expect(await jobsOfIt()).toHaveLength(2);
});

test("jobs are counted by queue and state, each cluster's own", async () => {
  await using database = await withDatabase();
  expect(await jobCounts(database, "berlin"), "before there is any queue").toEqual([]);
  await using berlin = await startJobs(database.url, { cluster: "berlin" });
  await using paris = await startJobs(database.url, { cluster: "paris" });
  await berlin.send("render", { incident: "1" }, { key: "1" });
  await berlin.send("render", { incident: "2" }, { key: "2" });
  await paris.send("render", { incident: "3" }, { key: "3" });
  await paris.send("plan", { incident: "3" }, { key: "3" });
  expect(await jobCounts(database, "berlin")).toEqual([{ queue: "render", state: "created", count: 2 }]);
  const all = await jobCounts(database);
  expect(all.map(({ count }) => count).toSorted()).toEqual([1, 1, 2]);
});

test("a job for another cluster is done by that cluster, and by no other one", async () => {
  await using database = await withDatabase();
  await using berlin = await startJobs(database.url, { cluster: "berlin" });
  await using paris = await startJobs(database.url, { cluster: "paris", pollSeconds: 0.5 });
  const done: string[] = [];
  await berlin.work("plan", async () => void done.push("berlin"));
  await paris.work("plan", async () => void done.push("paris"));
  await berlin.send("plan", {}, { key: "7", cluster: "paris" });
  await vi.waitFor(() => expect(done).toEqual(["paris"]), { timeout: 15_000 });
});
