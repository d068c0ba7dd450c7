import { expect, test } from "vitest";
import { createObservation } from "../../../src/cluster/observation.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { trafficShareOf } from "../../../src/rca/recommend/traffic-share.ts";

const onset = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;

/** A shop in which carts answers one request of four until it is killed. */
function shop() {
  const observation = createObservation({ cluster: "test" });
  for (let at = onset - 10 * minute; at < onset + 5 * minute; at += 15_000) {
    const push = (workload: string, value: number) =>
      observation.series.push("requests_per_second", { namespace: "shop", workload }, at, value);
    push("carts", at < onset ? 10 : 0);
    push("frontend", 30);
  }
  return observation;
}

test.each([
  {
    name: "who is down counts with what it answered before",
    ref: makeRef("Deployment", "shop", "carts"),
    onset,
    share: 0.25,
  },
  {
    name: "nothing is known of another namespace",
    ref: makeRef("Deployment", "mail", "carts"),
    onset,
    share: undefined,
  },
  {
    name: "nothing is known of who answers no measured requests",
    ref: makeRef("Deployment", "shop", "jobs"),
    onset,
    share: undefined,
  },
  {
    name: "nothing is known where nothing was measured before",
    ref: makeRef("Deployment", "shop", "carts"),
    onset: onset - minute * 30,
    share: undefined,
  },
  { name: "a node answers no requests", ref: makeRef("Node", undefined, "carts"), onset, share: undefined },
])("$name", ({ ref, onset: began, share }) => {
  const found = trafficShareOf(shop(), ref, began);
  if (share === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(share, 1);
});
