import { describe, expect, test } from "vitest";
import { causeCodes } from "../../../../src/incident/cause.ts";
import { minute, openShop } from "./fault-shop.ts";
import { faultsOfCalls } from "./faults-of-calls.ts";
import { faultsOfCluster } from "./faults-of-cluster.ts";
import { faultsOfContainers } from "./faults-of-containers.ts";

/**
 * Every cause of the vocabulary as the signals of a cluster show it: which object detection names, and how soon. State
 * faults within two scrapes of being visible, faults of metrics and logs within a minute, as one incident, and after
 * minutes in which a quiet shop has raised nothing.
 */
const rows = [...faultsOfContainers, ...faultsOfCluster, ...faultsOfCalls];

test("every cause has its row", () => {
  const have = new Set<string>(rows.map(({ cause }) => cause));
  expect(causeCodes.filter((code) => code !== "unknown" && !have.has(code))).toEqual([]);
});

describe("each cause is told in time, on its object, as one incident", () => {
  test.each(rows.map((row) => [`${row.cause}: ${row.as}`, row] as const))("%s", (_title, row) => {
    const shop = openShop();
    const { world } = shop;
    row.begin?.(shop);
    shop.run(row.withinMs, row);
    const told = () => world.engine.incidents().map(({ target }) => `${target.kind}/${target.name}`);
    const titles = () =>
      world.engine
        .incidents()
        .map(({ title }) => title)
        .join("; ");
    const want = row.target === "*" ? [expect.any(String)] : [row.target];
    expect(told(), titles()).toEqual(want);
    // Whatever else it brings about belongs to it.
    shop.run(2 * minute, row);
    expect(told(), titles()).toEqual(want);
    expect(world.engine.stats.detectorFailures).toBe(0);
  });
});
