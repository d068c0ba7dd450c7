import { expect, test } from "vitest";
import { collect, type Edges, reach } from "../../../src/cluster/reach.ts";
import { makeRef, type ObjectRef, refKey } from "../../../src/incident/object-ref.ts";

const of = (name: string) => makeRef("Deployment", "shop", name);

function edges(...pairs: readonly (readonly [string, string])[]): Edges {
  const all = new Map<string, ObjectRef[]>();
  for (const [from, to] of pairs) collect(all, refKey(of(from)), of(to));
  return all;
}
const names = (refs: readonly ObjectRef[]) => refs.map(({ name }) => name);

test("nearest first, each once, without the start, also in circles", () => {
  const shop = edges(["front", "carts"], ["front", "orders"], ["orders", "carts"], ["carts", "db"], ["db", "front"]);
  expect(names(reach(shop, of("front"), 6))).toEqual(["carts", "orders", "db"]);
  expect(names(reach(shop, of("orders"), 6))).toEqual(["carts", "db", "front"]);
});

test("as far as asked, and no further", () => {
  const chain = edges(["a", "b"], ["b", "c"], ["c", "d"]);
  expect([0, 1, 2, 9].map((depth) => names(reach(chain, of("a"), depth)))).toEqual([
    [],
    ["b"],
    ["b", "c"],
    ["b", "c", "d"],
  ]);
  expect(reach(chain, of("d"), 6)).toEqual([]);
});
