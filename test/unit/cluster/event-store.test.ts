import { describe, expect, test } from "vitest";
import { createEventStore, eventTimeOf } from "../../../src/cluster/event-store.ts";
import type { KubeEvent } from "../../../src/cluster/kubernetes-types.ts";

const at = (seconds: number) => `2026-11-20T12:00:${String(seconds).padStart(2, "0")}Z`;
/** When they are heard of: after all of them. */
const heardAt = Date.parse(at(30));
const event = (fields: object): KubeEvent => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "e", namespace: "shop", uid: "u", creationTimestamp: at(1) },
  involvedObject: { kind: "Pod", namespace: "shop", name: "carts-1" },
  reason: "Failed",
  message: "Error: ErrImagePull\n ",
  type: "Warning",
  ...fields,
});

describe("when an event happened, whichever API wrote it", () => {
  test.each([
    {
      name: "the kubelet's last time",
      fields: { firstTimestamp: at(2), lastTimestamp: at(9), eventTime: null },
      want: 9,
    },
    {
      name: "the scheduler's only time",
      fields: { firstTimestamp: null, lastTimestamp: null, eventTime: at(5) },
      want: 5,
    },
    {
      name: "the last of a series",
      fields: { lastTimestamp: null, eventTime: at(3), series: { count: 4, lastObservedTime: at(8) } },
      want: 8,
    },
    { name: "when it was made, for want of better", fields: { lastTimestamp: null, eventTime: null }, want: 1 },
  ])("$name", ({ fields, want }) => {
    expect(eventTimeOf(event(fields), heardAt)).toBe(Date.parse(at(want)));
  });
});

test("events come in the order of time, not of names, and blanks at the end of their text are gone", () => {
  const store = createEventStore();
  const push = (name: string, second: number) =>
    store.push(event({ metadata: { name, namespace: "shop", uid: name }, lastTimestamp: at(second) }), heardAt);
  push("a", 7);
  push("b", 3);
  push("c", 5);
  const seen = store.about({ kind: "Pod", namespace: "shop", name: "carts-1" });
  expect(seen.map((one) => one.event.metadata.name)).toEqual(["b", "c", "a"]);
  expect(seen[0]).toMatchObject({ message: "Error: ErrImagePull", warning: true, count: 1 });
});
