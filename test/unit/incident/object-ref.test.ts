import { expect, test } from "vitest";
import { makeRef, namespaceOf, refKey, refText, sameRef, uniqueRefs } from "../../../src/incident/object-ref.ts";

const carts = makeRef("Deployment", "shop", "carts");
const node = makeRef("Node", undefined, "n1");

test("objects are the same when kind, namespace and name are", () => {
  expect(sameRef(carts, { kind: "Deployment", namespace: "shop", name: "carts" })).toBe(true);
  expect(sameRef(node, { kind: "Node", namespace: undefined, name: "n1" })).toBe(true);
  const others = [
    makeRef("Service", "shop", "carts"),
    makeRef("Deployment", "other", "carts"),
    makeRef("Deployment", undefined, "carts"),
    makeRef("Deployment", "shop", "orders"),
  ];
  for (const other of others) {
    expect(sameRef(carts, other)).toBe(false);
    expect(refKey(carts)).not.toBe(refKey(other));
  }
});

test("a key, and words for people", () => {
  expect([refKey(carts), refKey(node)]).toEqual(["Deployment/shop/carts", "Node//n1"]);
  expect([refText(carts), refText(node)]).toEqual(["Deployment shop/carts", "Node n1"]);
  expect(Object.keys(makeRef("Node", "", "n1"))).toEqual(["kind", "name"]);
});

test("a namespace lies in itself", () => {
  const all = [carts, node, makeRef("Namespace", undefined, "shop")];
  expect(all.map(namespaceOf)).toEqual(["shop", undefined, "shop"]);
});

test("each once, where it stands first", () => {
  const again = { ...carts };
  expect(uniqueRefs([carts, node, again])).toEqual([carts, node]);
  expect(uniqueRefs([carts, node, again])[0]).toBe(carts);
});
