import { describe, expect, test } from "vitest";
import { statefulSet, workPod } from "../../../support/cluster-work.ts";
import { ended, minute, old, open, running, start, titles } from "../../../support/everyday.ts";

const db = { kind: "StatefulSet", name: "db" };

describe("containers that end now and then raise nothing", () => {
  test("one crash after weeks, of a container that has had others before", () => {
    const world = open();
    const at = start + minute;
    const crashed = workPod({
      name: "db-0",
      owner: db,
      at: old,
      readyAt: at + 5_000,
      containers: [
        { name: "app", ready: true, restartCount: 7, state: running(at + 2_000), lastState: ended(1, old, at) },
      ],
    });
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    world.put(crashed);
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a crash loop of a container that has had others before", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    for (let count = 8; count < 12; count++) {
      const at = world.now();
      world.put(
        workPod({
          name: "db-0",
          owner: db,
          at: old,
          readyAt: at,
          containers: [
            { name: "app", ready: true, restartCount: count, state: running(at), lastState: ended(1, at - 20_000, at) },
          ],
        }),
      );
      world.run(30_000);
    }
    expect(titles(world)).toEqual(["db keeps crashing"]);
  });

  test("a node that was restarted has lost its containers, and starts them again", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    const at = world.now();
    world.put(
      workPod({
        name: "db-0",
        owner: db,
        at: old,
        ready: false,
        readyAt: at,
        containers: [{ name: "app", ready: false, restartCount: 0, state: ended(255, old, at, "Unknown") }],
      }),
    );
    world.run(30_000);
    world.put(
      workPod({
        name: "db-0",
        owner: db,
        at: old,
        readyAt: world.now(),
        containers: [
          {
            name: "app",
            ready: true,
            restartCount: 1,
            state: running(world.now()),
            lastState: ended(255, old, at, "Unknown"),
          },
        ],
      }),
    );
    world.run(4 * minute);
    expect(titles(world)).toEqual([]);
  });

  test("a short dip of a pod whose container was killed for memory days ago", () => {
    const world = open();
    const killed = (readyAt: number, ready = true) =>
      workPod({
        name: "db-0",
        owner: db,
        at: old,
        ready,
        readyAt,
        containers: [
          {
            name: "app",
            ready,
            restartCount: 1,
            state: running(old + minute),
            lastState: ended(137, old, old + minute, "OOMKilled"),
          },
        ],
      });
    world.put(statefulSet("db", { replicas: 1 }), killed(old));
    world.run(minute);
    world.put(killed(world.now(), false));
    world.run(15_000);
    world.put(killed(world.now()));
    world.run(5 * minute);
    expect(titles(world)).toEqual([]);
  });
});
