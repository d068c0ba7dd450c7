import { describe, expect, test } from "vitest";
import { nodeOf } from "../../../support/cluster-work.ts";
import { minute, old, open } from "../../../support/everyday.ts";
import { createTraffic, deployment, pod, service } from "../../../support/small-shop.ts";

/** When a node is out of CPU, in minutes from the start: from, to, and how full. */
type Busy = readonly (readonly [from: number, to: number, share?: number])[];

/** Minutes after the start at which incidents about it were opened. */
function openedAt(busy: Busy, minutes: number): readonly number[] {
  const world = open();
  const from = world.now();
  world.put(nodeOf("node-1", { at: old }));
  world.run(minutes * minute, (at) => {
    const passed = (at - from) / minute;
    const [, , share] = busy.find(([begins, ends]) => passed >= begins && passed < ends) ?? [0, 0, 0.3];
    const value = (share ?? 0.97) - 0.01 * Math.abs(Math.sin(at / 50_000));
    const points = [{ name: "node_cpu_ratio" as const, labels: { node: "node-1" }, at, value }];
    world.engine.ingest({ type: "derived", at, source: "prometheus", points });
  });
  return world.engine.incidents().map(({ onset }) => Math.round((onset - from) / minute));
}

const hourly = (hours: readonly number[], length = 5): Busy =>
  hours.map((hour) => [60 * hour - 5, 60 * hour - 5 + length] as const);

describe("a node that is out of CPU", () => {
  test("every hour is told until that is known for a schedule", () => {
    expect(openedAt(hourly([1, 2, 3, 4, 5, 6]), 6 * 60)).toEqual([55, 115, 175]);
  });

  test("at another time than on its schedule is told", () => {
    expect(openedAt([...hourly([1, 2, 3, 4]), [260, 265]], 300)).toEqual([55, 115, 175, 260]);
  });

  test("for much longer than its schedule takes is told", () => {
    expect(openedAt([...hourly([1, 2, 3]), [235, 255]], 280)).toEqual([55, 115, 175, 235]);
  });

  test("now and then is told each time", () => {
    expect(openedAt([...hourly([1, 2]), [150, 155], [235, 240]], 280)).toEqual([55, 115, 150, 235]);
  });
});

/** How often it is told that carts answers so in the last five minutes of every `every` minutes, else well. */
function timesTold(every: number, hours: number, wrong: Parameters<ReturnType<typeof createTraffic>["serve"]>[1]) {
  const world = open();
  const from = world.now();
  const traffic = createTraffic({ carts: "carts-a1-x1" });
  world.put(...deployment({ app: "carts" }), pod({ app: "carts", at: old }), service("carts"));
  const changes = world.run(hours * 60 * minute, (at) => {
    const passed = (at - from) / minute;
    const isOff = passed > 30 && passed % every >= every - 5;
    traffic.serve("carts", isOff ? wrong : { ok: 40, seconds: 0.02 });
    traffic.scrape(world);
  });
  return changes.filter(({ type }) => type === "opened" || type === "recurred").length;
}

describe("what users feel", () => {
  test("of a schedule, slow for some minutes each hour, is told three times and then known", () => {
    expect(timesTold(60, 6, { ok: 40, seconds: 0.9 })).toBe(3);
  });

  test("of a schedule, some requests that fail each hour, is told three times and then known", () => {
    expect(timesTold(60, 6, { ok: 34, failed: 6, seconds: 0.02 })).toBe(3);
  });

  test("is told each time where half of the requests fail", () => {
    expect(timesTold(60, 6, { ok: 20, failed: 20, seconds: 0.02 })).toBe(6);
  });

  test("is told each time where it comes more often than every hour: that is a fault with a rhythm of its own", () => {
    expect(timesTold(20, 2, { ok: 40, seconds: 0.9 })).toBe(5);
  });
});
