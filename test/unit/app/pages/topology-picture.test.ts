import { describe, expect, test } from "vitest";
import { topologyPicture } from "../../../../src/app/pages/topology-picture.ts";
import { type Layout, layOut, nodeSize } from "../../../../src/bot/web/topology-layout.ts";
import type { Topology } from "../../../../src/cluster/topology.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { makeRef, type ObjectRef, refKey } from "../../../../src/incident/object-ref.ts";
import { incidentView } from "../../../support/incident-view.ts";

const workload = (name: string) => makeRef("Deployment", "shop", name);

/** A topology of calls `a>b`, as far as the picture asks. */
function topologyOf(calls: readonly string[], users: readonly ObjectRef[] = []): Topology {
  const pairs = calls.map((call) => call.split(">").map(workload));
  const names = [...new Map(pairs.flat().map((ref) => [refKey(ref), ref])).values()];
  return {
    workloads: names,
    calls: pairs.map(([from = workload(""), to = workload("")]) => ({
      from,
      to,
      peer: to.name,
      via: "metric" as const,
    })),
    usersOf: () => users,
    workloadsBehind: () => [],
    podsOf: () => [],
  } as unknown as Topology;
}

function viewOf(culprit: ObjectRef, hurt: readonly string[], target = culprit) {
  const { incident, diagnosis } = incidentView;
  if (!diagnosis) throw new Error("unreachable: the fixture has a diagnosis");
  const cause: CauseCode = "bad-release";
  return {
    ...incidentView,
    incident: { ...incident, target, affected: hurt.map(workload) },
    diagnosis: {
      ...diagnosis,
      hypotheses: diagnosis.hypotheses.map((one) => ({ ...one, cause, culprit })),
      blastRadius: hurt.map(workload),
    },
  };
}

const draw = (view: ReturnType<typeof viewOf>, topology: Topology) => {
  const picture = topologyPicture(view, topology);
  const name = (i: number) => picture?.nodes[i]?.ref.name ?? "";
  return {
    roles: Object.fromEntries(picture?.nodes.map(({ ref, role }) => [ref.name, role]) ?? []),
    path: picture?.edges
      .filter(({ onPath }) => onPath)
      .map(({ from, to }) => `${name(from)}>${name(to)}`)
      .sort(),
  };
};

describe("the topology of an incident", () => {
  const shop = ["web>orders", "orders>carts", "carts>db", "web>user", "orders>payment", "admin>user"];

  test("the fault travels from the culprit to those who need it, as far as they are hurt", () => {
    const { roles, path } = draw(viewOf(workload("db"), ["carts", "orders"]), topologyOf(shop));
    expect(path).toEqual(["carts>db", "orders>carts"]);
    expect(roles).toMatchObject({ db: "culprit", carts: "hurt", orders: "hurt", web: "near" });
    expect(roles["admin"]).toBeUndefined();
  });

  test("a caller that is well is no part of the path", () =>
    expect(draw(viewOf(workload("carts"), ["web"]), topologyOf(shop)).path).toEqual([]));

  test("those who call each other do not keep it busy for ever", () =>
    expect(draw(viewOf(workload("a"), ["b", "c"]), topologyOf(["b>a", "c>b", "b>c", "a>c"])).path).toEqual([
      "b>a",
      "b>c",
      "c>b",
    ]));

  test("a configuration that is the cause hangs on its users", () => {
    const config = makeRef("ConfigMap", "shop", "carts-config");
    const { roles, path } = draw(
      viewOf(config, ["carts", "orders"], workload("carts")),
      topologyOf(shop, [workload("carts")]),
    );
    expect(roles["carts-config"]).toBe("culprit");
    expect(path).toEqual(["carts>carts-config", "orders>carts"]);
  });

  test("who stands alone needs no picture", () =>
    expect(topologyPicture(viewOf(workload("alone"), []), topologyOf(shop))).toBeUndefined());

  test("500 workloads are cut down to what can be looked at", () => {
    const many = Array.from({ length: 500 }, (_, i) => `caller-${i}>hub`);
    expect(topologyPicture(viewOf(workload("hub"), []), topologyOf(many))?.nodes.length).toBeLessThanOrEqual(18);
  });
});

describe("its layout", () => {
  const placed = (edges: readonly [number, number][], count: number): Layout =>
    layOut({
      nodes: Array.from({ length: count }, (_, i) => ({ ref: workload(`w${i}`), role: "near" as const })),
      edges: edges.map(([from, to]) => ({ from, to, how: "calls", onPath: false })),
    });

  test.each<[string, [number, number][], number]>([
    [
      "a chain",
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      4,
    ],
    [
      "a star",
      [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
      ],
      5,
    ],
    [
      "a circle",
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
      3,
    ],
    [
      "two who call each other",
      [
        [0, 1],
        [1, 0],
      ],
      2,
    ],
    ["nothing between them", [], 3],
    [
      "a call over others",
      [
        [0, 1],
        [1, 2],
        [0, 2],
      ],
      3,
    ],
    [
      "a self-made knot",
      [
        [0, 1],
        [1, 2],
        [2, 1],
        [2, 3],
        [3, 0],
      ],
      4,
    ],
  ])("%s: no two nodes overlap, all lie inside", (_name, edges, count) => {
    const { nodes, width, height } = placed(edges, count);
    expect(nodes).toHaveLength(count);
    for (const [i, a] of nodes.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + nodeSize.width <= width && a.y + nodeSize.height <= height).toBe(true);
      for (const b of nodes.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height).toBe(true);
    }
  });

  test("callers stand left of what they call", () => {
    const { nodes } = placed(
      [
        [2, 1],
        [1, 0],
      ],
      3,
    );
    expect([...nodes].sort((a, b) => a.x - b.x).map(({ name }) => name)).toEqual(["w2", "w1", "w0"]);
  });
});
