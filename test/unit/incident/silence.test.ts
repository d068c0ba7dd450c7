import { describe, expect, test } from "vitest";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { matcherText, type SilenceMatcher, silenceMatches } from "../../../src/incident/silence.ts";

const anomaly = { target: makeRef("Deployment", "shop", "carts"), detector: "pod-oom" };
const whole: Required<SilenceMatcher> = { namespace: "shop", kind: "Deployment", name: "carts", detector: "pod-oom" };

describe("a silence", () => {
  test("without any part is about everything", () => expect(silenceMatches({}, anomaly)).toBe(true));
  test("with all parts is about what has all of them", () => expect(silenceMatches(whole, anomaly)).toBe(true));
  test.each([
    "namespace",
    "kind",
    "name",
    "detector",
  ] as const)("one wrong %s is enough to be about something else", (part) =>
    expect(silenceMatches({ ...whole, [part]: "other" }, anomaly)).toBe(false));
});

test.each<[SilenceMatcher, string]>([
  [{}, "everything"],
  [{ detector: "log-burst" }, "detector log-burst"],
  [{ namespace: "shop" }, "everything in shop"],
  [{ kind: "Pod" }, "every Pod"],
  [{ kind: "Pod", namespace: "shop" }, "every Pod in shop"],
  [{ name: "carts" }, "carts"],
  [{ name: "carts", namespace: "shop" }, "shop/carts"],
  [whole, "Deployment shop/carts, detector pod-oom"],
])("%j reads %s", (matcher, text) => expect(matcherText(matcher)).toBe(text));
