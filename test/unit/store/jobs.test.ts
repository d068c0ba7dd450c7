import { expect, test, vi } from "vitest";
import { startJobs } from "../../../src/store/jobs.ts";
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
