import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");

function quietWeb(chatter: (world: World, tick: number) => void): World {
  const world = createWorld({ start });
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }));
  let tick = 0;
  world.run(300_000, () => chatter(world, tick++));
  return world;
}

const info = (world: World) =>
  world.log("web-a1-x1", ...Array.from({ length: 10 }, (_, i) => `level=info msg="GET /items/${i}" status=200`));
const titles = (world: World) => world.engine.incidents().map(({ title }) => title);

describe("log lines that are an incident", () => {
  test("an exception never seen before, several times, quoted with its first line", () => {
    const world = quietWeb(info);
    world.run(30_000, () => {
      info(world);
      world.log(
        "web-a1-x1",
        "2026-11-20 12:05:01 ERROR TypeError: Cannot read properties of undefined",
        "    at applyVoucher (/app/server.js:100:102)",
      );
    });
    expect(titles(world)[0]).toContain("Cannot read properties of undefined");
    expect(titles(world)).toHaveLength(1);
  });

  test("a burst of an error that is known but rare", () => {
    const world = quietWeb((one, tick) => {
      info(one);
      if (tick % 12 === 0) one.log("web-a1-x1", 'level=error msg="upstream timed out"');
    });
    expect(titles(world)).toEqual([]);
    world.run(30_000, () => {
      info(world);
      world.log("web-a1-x1", ...Array.from({ length: 6 }, () => 'level=error msg="upstream timed out"'));
    });
    expect(titles(world)).toEqual(["web logs many errors"]);
  });

  test("while a burst fades it is told as it was, not by the few lines that are left", () => {
    const world = quietWeb((one, tick) => {
      info(one);
      if (tick % 12 === 0) one.log("web-a1-x1", 'level=error msg="upstream timed out"');
    });
    world.run(30_000, () => {
      info(world);
      world.log("web-a1-x1", ...Array.from({ length: 6 }, () => 'level=error msg="upstream timed out"'));
    });
    const said: string[] = [];
    world.run(60_000, () => {
      info(world);
      said.push(
        ...world.active().flatMap(({ detector, summary }) => (detector === "log-error-burst" ? [summary] : [])),
      );
    });
    expect(said.length).toBeGreaterThan(3);
    // Fewer than eight are no burst: nobody is told of them.
    for (const summary of said) expect(Number(/wrote (\d+) error lines/.exec(summary)?.[1])).toBeGreaterThanOrEqual(8);
  });

  test("it ends when the errors stop", () => {
    const world = quietWeb(info);
    world.run(30_000, () => world.log("web-a1-x1", 'level=error msg="boom"'));
    expect(world.engine.incidents()).toHaveLength(1);
    const changes = world.run(120_000, () => info(world));
    expect(changes.map(({ type }) => type)).toContain("cleared");
  });
});

describe("log lines that are not", () => {
  test.each([
    ["one error", (world: World, tick: number) => tick === 2 && world.log("web-a1-x1", 'level=error msg="boom"')],
    [
      "errors that were there from the beginning",
      (world: World) => world.log("web-a1-x1", 'level=error msg="cannot reach telemetry"'),
    ],
    [
      "warnings about the application's own affairs",
      (world: World) => world.log("web-a1-x1", 'level=warn msg="deprecated header ignored"'),
    ],
    ["a new kind of harmless line", (world: World) => world.log("web-a1-x1", 'level=info msg="cache swept" expired=5')],
  ])("%s", (title, chatter) => {
    const world = quietWeb((one, tick) => {
      info(one);
      if (title.includes("beginning")) chatter(one, tick);
    });
    let tick = 0;
    world.run(120_000, () => {
      info(world);
      chatter(world, tick++);
    });
    expect(titles(world)).toEqual([]);
  });

  test("hostile lines: ten megabytes, invalid UTF-8, control characters, a million kinds", () => {
    const world = quietWeb(info);
    world.log(
      "web-a1-x1",
      "x".repeat(10_000_000),
      Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString("utf8"),
      "\u0000\u001b[2J\r",
      "{".repeat(10_000),
      "",
    );
    for (let i = 0; i < 3_000; i++)
      world.log("web-a1-x1", `level=info id=${i} ${"abcdefghij"[i % 10]}${i.toString(36)}`);
    world.run(10_000);
    expect(world.engine.stats.detectorFailures).toBe(0);
    expect(titles(world)).toEqual([]);
  });
});
