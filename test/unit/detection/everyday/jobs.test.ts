import { describe, expect, test } from "vitest";
import { apiTime, made, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { minute, old, open, start, titles } from "../../../support/everyday.ts";

const template = { spec: { containers: [{ name: "app", image: "registry/app:1" }] } };
const job = (name: string, status: object, { meta = {}, spec = {} } = {}) =>
  made("batch/v1", "Job", name, {
    meta: { creationTimestamp: apiTime(start), ...meta },
    spec: { template, ...spec },
    status,
  });
const cron = (schedule: string, status: object, spec: object = {}) =>
  made("batch/v1", "CronJob", "sync", {
    meta: { creationTimestamp: apiTime(old) },
    spec: { schedule, jobTemplate: { spec: { template } }, ...spec },
    status,
  });

describe("jobs", () => {
  test("a CronJob of every minute, whose runs come and go", () => {
    const world = open();
    for (let i = 0; i < 20; i++) {
      const at = world.now();
      const name = `sync-${i}`;
      const meta = ownedBy("CronJob", "sync");
      const pod = { name: `${name}-x`, owner: { kind: "Job", name }, at, spec: { restartPolicy: "Never" } };
      world.put(
        cron("* * * * *", { lastScheduleTime: apiTime(at), active: [{}] }),
        job(name, { active: 1, startTime: apiTime(at) }, { meta }),
      );
      world.put(workPod(pod));
      world.run(30_000);
      const done = {
        succeeded: 1,
        completionTime: apiTime(world.now()),
        conditions: [{ type: "Complete", status: "True" }],
      };
      world.put(
        workPod({ ...pod, phase: "Succeeded" }),
        job(name, done, { meta }),
        cron("* * * * *", { lastScheduleTime: apiTime(at) }),
      );
      world.run(30_000);
      if (i >= 3) world.drop(job(`sync-${i - 3}`, {}, { meta }), workPod({ ...pod, name: `sync-${i - 3}-x` }));
    }
    expect(titles(world)).toEqual([]);
  });

  test("a Job of a thousand parts of which a few are tried again", () => {
    const world = open();
    world.put(
      job(
        "render",
        { active: 20, failed: 4, succeeded: 120, startTime: apiTime(start) },
        { spec: { completions: 1_000, parallelism: 20 } },
      ),
    );
    world.run(3 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a Job whose parts all fail is told", () => {
    const world = open();
    world.put(
      job(
        "render",
        { active: 20, failed: 8, succeeded: 3, startTime: apiTime(start) },
        { spec: { completions: 1_000, parallelism: 20 } },
      ),
    );
    world.run(minute);
    expect(titles(world)).toEqual(["Job render failed"]);
  });

  test("a schedule of business hours in its own time zone", () => {
    // 09:30 in UTC is 04:30 in New York: nothing is due before 14:00 UTC.
    const at = Date.parse("2026-11-20T09:00:00Z");
    const world = open(at);
    world.put(cron("*/5 9-17 * * *", { lastScheduleTime: "2026-11-19T22:55:00Z" }, { timeZone: "America/New_York" }));
    world.run(40 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("runs that are missing in that time zone are told", () => {
    const at = Date.parse("2026-11-20T14:00:00Z");
    const world = open(at);
    world.put(cron("*/5 9-17 * * *", { lastScheduleTime: "2026-11-19T22:55:00Z" }, { timeZone: "America/New_York" }));
    world.run(20 * minute);
    expect(titles(world)).toEqual(["CronJob sync has not run when it should have"]);
  });

  test("a run of half an hour has kept the next ones waiting, and the last of those is too late to start", () => {
    const world = open();
    const meta = ownedBy("CronJob", "sync");
    const spec = { concurrencyPolicy: "Forbid", startingDeadlineSeconds: 60 };
    const began = apiTime(start);
    world.put(
      cron("*/10 * * * *", { lastScheduleTime: began, active: [{}] }, spec),
      job("sync-1", { active: 1, startTime: began }, { meta }),
    );
    world.run(35 * minute + 30_000);
    const done = {
      succeeded: 1,
      completionTime: apiTime(world.now()),
      conditions: [{ type: "Complete", status: "True" }],
    };
    world.put(cron("*/10 * * * *", { lastScheduleTime: began }, spec), job("sync-1", done, { meta }));
    world.run(4 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a suspended CronJob", () => {
    const world = open();
    world.put(cron("* * * * *", { lastScheduleTime: apiTime(old) }, { suspend: true }));
    world.run(20 * minute);
    expect(titles(world)).toEqual([]);
  });
});
