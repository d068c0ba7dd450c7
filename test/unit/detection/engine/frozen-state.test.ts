import { expect, test } from "vitest";
import type { KubeObject } from "../../../../src/cluster/kubernetes-types.ts";
import type { Finding } from "../../../../src/detection/detector.ts";
import { createFrozenState } from "../../../../src/detection/engine/frozen-state.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const pod = (namespace: string) => ({ kind: "Pod", metadata: { name: "a", namespace } }) as KubeObject;
const on = (namespace: string) => ({ seenOn: makeRef("Pod", namespace, "a") }) as Finding;
const state = { family: "state" } as const;

test("at its bound it forgets the place of which nothing has come for longest, says so, and keeps the others", () => {
  const frozen = createFrozenState({ lostSightAt: () => 100 }, 3);
  const made = ["a", "b", "c"].map((namespace) => frozen.arrived(pod(namespace), 150));
  // Full, and none of these is a new place.
  made.push(frozen.arrived(pod("a"), 160), frozen.arrived(pod("b"), 160));
  expect(made).toEqual([false, false, false, false, false]);
  for (const namespace of ["a", "b", "c"]) expect(frozen.isFrozen(state, on(namespace)), namespace).toBe(false);
  expect(frozen.arrived(pod("d"), 170)).toBe(true);
  expect(["a", "b", "c", "d"].map((namespace) => frozen.isFrozen(state, on(namespace)))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});
