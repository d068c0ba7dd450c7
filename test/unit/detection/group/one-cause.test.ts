import { describe, expect, test } from "vitest";
import { inVain, type LateCalls, openLateCalls } from "../../../support/late-calls.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

/** Nothing says that frontend calls carts until its log does: two incidents are open by then. */

const broken = { carts: { ok: 0, failed: 10 }, frontend: { ok: 20, failed: 10 } };
const complaints = Array.from({ length: 10 }, () => inVain("carts"));
const two = ["1 open frontend", "2 open carts"];

/** Carts fails, and frontend with it, a minute before it becomes known whom frontend calls. */
function brokenForAMinute(): LateCalls {
  const shop = openLateCalls();
  shop.run(60_000, broken);
  expect(shop.incidents()).toEqual(two);
  return shop;
}

describe("it becomes known that one calls the other in vain", () => {
  test("they are one: the younger of two that nobody has taken goes on in the older, which bears the name of the cause", () => {
    const shop = brokenForAMinute();
    expect(shop.runMerging(120_000, broken, complaints)).toBe(true);
    shop.run(5_000, broken, complaints);
    expect(shop.incidents()).toEqual(["1 open carts", "2 resolved carts in 1"]);
    const [whole] = shop.world.engine.incidents();
    const of = new Set(whole?.anomalies.map(({ target }) => target.name));
    expect(of).toEqual(new Set(["frontend", "carts"]));
    shop.run(300_000);
    expect(shop.incidents()).toEqual(["1 resolved carts", "2 resolved carts in 1"]);
  });

  test("a first sample of it does not prove it yet", () => {
    const shop = brokenForAMinute();
    expect(shop.runMerging(40_000, broken, complaints)).toBe(false);
  });

  test("by what the caller counts of its calls from then on, as well", () => {
    const shop = brokenForAMinute();
    const counted = { ...broken, carts: { ...broken.carts, caller: "frontend" } };
    expect(shop.runMerging(180_000, counted)).toBe(true);
  });

  test("what somebody has taken stays, and the other one goes on in it", () => {
    const shop = brokenForAMinute();
    const [, carts] = shop.world.engine.incidents();
    if (!carts) throw new Error("there are two");
    shop.world.engine.replace({ ...carts, status: "acknowledged" });
    expect(shop.runMerging(120_000, broken, complaints)).toBe(true);
    expect(shop.incidents()).toEqual(["1 resolved frontend in 2", "2 acknowledged carts"]);
  });

  test("what has a fault stays, however old the other one is", () => {
    const shop = openLateCalls();
    shop.run(20_000, { frontend: broken.frontend });
    const state = { waiting: { reason: "ErrImagePull", message: "not found" } };
    shop.world.put(
      ...deployment({ app: "carts", available: 0 }),
      pod({ app: "carts", at: shop.world.now() - 600_000, ready: false, state }),
    );
    shop.run(60_000, broken);
    expect(shop.incidents()).toEqual(two);
    expect(shop.runMerging(120_000, broken, complaints)).toBe(true);
    expect(shop.incidents()).toEqual(["1 resolved frontend in 2", "2 open carts"]);
  });
});

describe("two stay two", () => {
  const stays = (shop: LateCalls, step = broken, lines: readonly string[] = complaints, ms = 180_000) => {
    expect(shop.runMerging(ms, step, lines)).toBe(false);
    expect(shop.incidents().slice(0, 2)).toEqual(two);
  };

  test("while no call is known", () => stays(brokenForAMinute(), broken, ["ERROR order failed: internal error"]));

  test("when the call that becomes known does not fail", () => {
    const shop = openLateCalls();
    shop.run(60_000, { frontend: broken.frontend, carts: { ok: 5, failed: 5 } });
    // What fails in carts are calls of somebody else.
    const counted = { frontend: broken.frontend, carts: { ok: 5, failed: 5 }, mail: { ok: 10, caller: "frontend" } };
    stays(shop, counted, []);
  });

  test("when far fewer calls fail than requests of its own", () =>
    stays(brokenForAMinute(), broken, [inVain("carts")]));

  test("when the caller's own code throws", () =>
    stays(brokenForAMinute(), broken, [
      ...complaints,
      "TypeError: Cannot read properties of undefined (reading 'price')",
    ]));

  test("when it calls somebody outside in vain as well", () =>
    stays(brokenForAMinute(), broken, [...complaints, inVain("payments.example.com")]));

  test("when it calls another one in vain as well, of which nothing is known", () =>
    stays(brokenForAMinute(), broken, [...complaints, inVain("mail")]));

  test("when two that it calls in vain are broken: it may come from either", () => {
    const shop = openLateCalls();
    const both = { ...broken, mail: { ok: 0, failed: 10 } };
    shop.run(60_000, both);
    stays(shop, both, [...complaints, ...complaints.map(() => inVain("mail"))]);
  });

  test("when the caller was rolled out just before", () => {
    const shop = openLateCalls();
    shop.world.put(...deployment({ app: "frontend", env: [{ name: "FEATURE", value: "on" }], generation: 2 }));
    shop.run(60_000, broken);
    stays(shop);
  });

  test("when a network policy came to them just before", () => {
    const shop = openLateCalls();
    shop.world.put({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "narrow", namespace: "shop", uid: "p", creationTimestamp: "2026-11-20T12:05:00Z" },
      spec: { podSelector: { matchLabels: { app: "nobody" } }, policyTypes: ["Egress"] },
    });
    shop.run(60_000, broken);
    stays(shop);
  });

  test("when the other one is well again by then", () => {
    const shop = brokenForAMinute();
    expect(shop.runMerging(90_000, { frontend: broken.frontend }, complaints)).toBe(false);
    expect(shop.incidents()[0]).toBe("1 open frontend");
  });

  test("when it began long after the other", () => {
    const shop = openLateCalls();
    shop.run(11 * 60_000, { carts: broken.carts });
    shop.run(60_000, broken);
    expect(shop.incidents()).toEqual(["1 open carts", "2 open frontend"]);
    expect(shop.runMerging(180_000, broken, complaints)).toBe(false);
  });

  test("when it began before the other", () => {
    const shop = openLateCalls();
    shop.run(90_000, { frontend: broken.frontend });
    shop.run(60_000, broken);
    stays(shop);
  });

  test("when the caller breaks itself meanwhile", () => {
    const shop = brokenForAMinute();
    const at = shop.world.now();
    const crashed = { waiting: { reason: "CrashLoopBackOff" } };
    shop.world.put(pod({ app: "frontend", at: at - 600_000, ready: false, state: crashed, restartCount: 5 }));
    stays(shop);
  });
});

describe("a merge hides no fault", () => {
  function merged(): LateCalls {
    const shop = brokenForAMinute();
    expect(shop.runMerging(120_000, broken, complaints)).toBe(true);
    shop.run(5_000, broken, complaints);
    return shop;
  }

  test("closed by hand while the part lasts, it is open again", () => {
    const shop = merged();
    const [whole] = shop.world.engine.incidents();
    if (!whole) throw new Error("there is one");
    shop.world.engine.replace({ ...whole, status: "resolved", resolvedAt: shop.world.now() });
    shop.run(30_000, { frontend: broken.frontend }, []);
    expect(shop.incidents().filter((one) => !one.includes("resolved"))).toHaveLength(1);
  });

  test("the part lasts when the rest has ended: it stays open", () => {
    const shop = merged();
    shop.run(300_000, { frontend: broken.frontend });
    expect(shop.incidents()[0]).toMatch(/^1 open/);
  });

  test("what turns out to have a fault of its own is an incident by itself again", () => {
    const shop = merged();
    const at = shop.world.now();
    shop.world.put(
      pod({
        app: "frontend",
        at: at - 600_000,
        ready: false,
        state: { waiting: { reason: "ErrImagePull", message: "not found" } },
      }),
    );
    shop.run(60_000, broken, complaints);
    expect(shop.incidents().filter((one) => !one.includes("resolved"))).toHaveLength(2);
  });

  test("a person says that they are two: so they stay, each with its own", () => {
    const shop = merged();
    const part = shop.world.engine.incidents()[1];
    if (!part) throw new Error("there are two");
    const { mergedInto: _mergedInto, resolvedAt: _resolvedAt, ...own } = part;
    shop.world.engine.replace({ ...own, status: "reopened" });
    expect(shop.runMerging(180_000, broken, complaints)).toBe(false);
    expect(shop.incidents().map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual(["1 open", "2 reopened"]);
    const [first, second] = shop.world.engine.incidents();
    expect(new Set(first?.anomalies.map(({ target }) => target.name))).toEqual(new Set(["frontend"]));
    expect(new Set(second?.anomalies.map(({ target }) => target.name))).toEqual(new Set(["carts"]));
  });

  test("when its trouble comes back after all was over, the whole comes back", () => {
    const shop = merged();
    shop.run(300_000);
    shop.run(60_000, broken, complaints);
    expect(shop.incidents().filter((one) => !one.includes("resolved"))).toHaveLength(1);
  });
});
