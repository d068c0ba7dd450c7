import { expect, test, vi } from "vitest";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { withDatabase } from "../../support/postgres.ts";
import { runKubemend } from "../../support/running-kubemend.ts";

const preload = new URL("../../support/settable-clock.js", import.meta.url).href;
const soon = { timeout: 60_000, interval: 200 };

test("a clock that is set back by an hour makes kubemend begin anew, in the same process: else it would be blind for that hour", {
  timeout: 150_000,
}, async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const config = { detection: { scrapeSeconds: 1, learnMinutes: 3 } };
  await using kubemend = await runKubemend({
    databaseUrl: database.url,
    clusterUrl: cluster.url,
    role: "watcher",
    config,
    preload,
  });
  const { child } = kubemend;
  const starts = () => child.output().split('"kubemend.started"').length - 1;
  const ticks = async () => {
    const text = await fetch(`${kubemend.url}/metrics`).then((answer) => answer.text());
    return Number(/^kubemend_detection_ticks_total\{[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
  };
  await vi.waitFor(async () => expect(await ticks()).toBeGreaterThan(1), soon);
  child.process.kill("SIGUSR2");
  await vi.waitFor(() => expect(starts()).toBe(2), soon);
  expect(child.output()).toMatch(/"remedy":"[^"]*NTP[^"]*".*"kubemend\.clock-set-back"/);
  await vi.waitFor(async () => expect(await ticks()).toBeGreaterThan(1), soon);
  expect(child.process.exitCode).toBeNull();
});
