import { type Script, usualSwitches, type World } from "../world.ts";
import { faultOf } from "./matrix.ts";
import type { Scenario } from "./scenario.ts";

/** Two faults that have nothing to do with one another, and begin together or within a minute: two causes stay two. */

/** A world of its own for each of two scripts: what one switches on or off, the other does not. */
function sideBySide(world: World): readonly [World, World] {
  const a = usualSwitches();
  const b = usualSwitches();
  const both = world.switches;
  both.behave = (served) => a.behave(served) ?? b.behave(served);
  both.link = (from, to, now) => a.link(from, to, now) ?? b.link(from, to, now);
  both.plan = (pod, container, attempt, usual) =>
    b.plan(pod, container, attempt, a.plan(pod, container, attempt, usual));
  both.refuse = (rs) => a.refuse(rs) ?? b.refuse(rs);
  both.unschedulable = (pod) => a.unschedulable(pod) ?? b.unschedulable(pod);
  both.hold = (pod) => a.hold(pod) ?? b.hold(pod);
  both.load = (now) => a.load(now) * b.load(now);
  both.bend = (name, about, value, now) => b.bend(name, about, a.bend(name, about, value, now), now);
  both.pool = (life) => a.pool(life) ?? b.pool(life);
  return [
    { ...world, switches: a },
    { ...world, switches: b },
  ];
}

/** Both faults, the second `gapMs` after the first; both are mended at the same time. */
export function together(first: Script, second: Script, gapMs: number): Script {
  let worlds: readonly [World, World] | undefined;
  return {
    inject(world) {
      const [a, b] = sideBySide(world);
      worlds = [a, b];
      first.inject(a);
      if (gapMs === 0) second.inject(b);
      else world.api.sim.after(gapMs, () => second.inject(b));
    },
    fix() {
      if (!worlds) return;
      first.fix(worlds[0]);
      second.fix(worlds[1]);
    },
  };
}

type Fault = readonly [kind: string, app: string];

const pairs: Readonly<Record<string, readonly (readonly [Fault, Fault])[]>> = {
  unrelated: [
    [
      ["exception", "catalogue"],
      ["slow", "payment"],
    ],
    [
      ["error-500-unchanged", "catalogue"],
      ["error-500-unchanged", "payment"],
    ],
    [
      ["slow", "catalogue"],
      ["crashes-itself", "carts-db"],
    ],
    [
      ["image-tag", "catalogue"],
      ["scaled-to-zero", "payment"],
    ],
    [
      ["crashes-itself", "catalogue"],
      ["crashes-itself", "payment"],
    ],
    [
      ["memory-limit", "catalogue"],
      ["exception", "payment"],
    ],
    [
      ["selector", "catalogue"],
      ["slow", "carts-db"],
    ],
    [
      ["liveness-port", "payment"],
      ["exception", "catalogue"],
    ],
    [
      ["slow", "catalogue"],
      ["slow", "payment"],
    ],
  ],
  calling: [
    [
      ["exception", "orders"],
      ["slow", "payment"],
    ],
    [
      ["memory-limit", "orders"],
      ["scaled-to-zero", "payment"],
    ],
    [
      ["exception", "frontend"],
      ["slow", "catalogue"],
    ],
    [
      ["error-500-unchanged", "frontend"],
      ["crashes-itself", "payment"],
    ],
    [
      ["cpu-limit", "orders"],
      ["exception", "payment"],
    ],
    [
      ["missing-env", "orders"],
      ["selector", "carts-db"],
    ],
  ],
  node: [
    [
      ["cordon", "orders"],
      ["error-500-unchanged", "catalogue"],
    ],
    [
      ["cordon", "catalogue"],
      ["slow", "payment"],
    ],
  ],
};

const gapsS = [0, 10, 20, 40, 60];

export const pairScenarios: readonly Scenario[] = Object.entries(pairs).flatMap(([relation, list]) =>
  list.flatMap(([one, other], i) =>
    gapsS.flatMap((gapS) =>
      (gapS === 0
        ? [[one, other]]
        : [
            [one, other],
            [other, one],
          ]
      ).map(([first, second], turn): Scenario => {
        const [a, b] = [faultOf(...(first as Fault)), faultOf(...(second as Fault))];
        return {
          id: `pair-${relation}-${(first as Fault).join("-")}-and-${(second as Fault).join("-")}-${gapS}s`,
          shop: (i + turn) % 2 === 0 ? "meadow" : "sock-shop",
          script: together(a.script, b.script, gapS * 1_000),
          expect: [a.expect, b.expect].map((expect) => ({ ...expect, mayDoubt: true })),
        };
      }),
    ),
  ),
);
