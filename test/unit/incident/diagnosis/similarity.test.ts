import { describe, expect, it } from "vitest";
import { type IncidentFacets, overlap, similarity } from "../../../../src/incident/diagnosis/similarity.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const crash: IncidentFacets = {
  groupKey: "Deployment/shop/carts",
  target: makeRef("Deployment", "shop", "carts"),
  cause: "memory-limit-too-low",
  fingerprints: ["pod-crash-loop|Deployment/shop/carts|OOMKilled", "error-ratio|Deployment/shop/frontend|error-ratio"],
  signs: ["pod-crash-loop:OOMKilled", "error-ratio:error-ratio"],
};
const elsewhere: IncidentFacets = {
  groupKey: "Deployment/shop/orders",
  target: makeRef("Deployment", "shop", "orders"),
  cause: "memory-limit-too-low",
  fingerprints: ["pod-crash-loop|Deployment/shop/orders|OOMKilled"],
  signs: ["pod-crash-loop:OOMKilled"],
};
const stranger: IncidentFacets = {
  groupKey: "Node//n1",
  target: makeRef("Node", undefined, "n1"),
  cause: "node-down",
  fingerprints: ["node-ready|Node//n1|NotReady"],
  signs: ["node-ready:NotReady"],
};
const unknownCause = ({ cause: _cause, ...rest }: IncidentFacets): IncidentFacets => rest;

describe("how alike two incidents are", () => {
  it("an incident is exactly like itself, known cause or not", () => {
    expect(similarity(crash, crash)).toBeCloseTo(1);
    expect(similarity(unknownCause(crash), crash)).toBeCloseTo(1);
  });
  it("nothing in common is zero, as is nothing at all", () => {
    expect(similarity(crash, stranger)).toBe(0);
    expect(overlap([], [])).toBe(0);
  });
  it.each([
    ["the same place beats another place", crash, { ...crash, cause: "memory-leak" }, elsewhere],
    ["the same kind of trouble elsewhere beats a stranger", crash, elsewhere, stranger],
    ["the same cause beats another one", crash, elsewhere, { ...elsewhere, cause: "bad-command" }],
    [
      "the same name in another namespace beats another name",
      crash,
      { ...elsewhere, target: makeRef("Deployment", "staging", "carts") },
      elsewhere,
    ],
  ] as const)("%s", (_name, one, near, far) => {
    expect(similarity(one, near)).toBeGreaterThan(similarity(one, far));
  });
  it("is symmetric and stays between 0 and 1", () => {
    const all = [crash, elsewhere, stranger, unknownCause(crash), { ...stranger, fingerprints: [], signs: [] }];
    for (const a of all) {
      for (const b of all) {
        expect(similarity(a, b)).toBeCloseTo(similarity(b, a));
        expect(similarity(a, b)).toBeGreaterThanOrEqual(0);
        expect(similarity(a, b)).toBeLessThanOrEqual(1);
      }
    }
  });
});
