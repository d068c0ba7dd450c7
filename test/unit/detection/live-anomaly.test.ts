import { describe, expect, test } from "vitest";
import type { Detector, Finding } from "../../../src/detection/detector.ts";
import { fingerprintOf, liveAnomaly } from "../../../src/detection/live-anomaly.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const carts = makeRef("Deployment", "shop", "carts");
const found: Finding = {
  reason: "OOMKilled",
  target: carts,
  severity: "high",
  headline: "is killed",
  summary: "carts is killed",
  startsAt: 1_000,
};
const detector: Detector = { name: "pod-oom", family: "state", nature: "fault", detect: () => [] };

describe("a fingerprint", () => {
  test("is the same for the same trouble, whatever is said about it", () => {
    expect(fingerprintOf("pod-oom", found)).toBe(
      fingerprintOf("pod-oom", { ...found, severity: "low", summary: "again", startsAt: 9_000 }),
    );
  });
  test.each<[string, string, Finding]>([
    ["detector", "pod-crash", found],
    ["target", "pod-oom", { ...found, target: makeRef("Deployment", "shop", "orders") }],
    ["reason", "pod-oom", { ...found, reason: "Error" }],
    ["detail", "pod-oom", { ...found, detail: "sidecar" }],
  ])("differs with the %s", (_what, name, other) => {
    expect(fingerprintOf(name, other)).not.toBe(fingerprintOf("pod-oom", found));
  });
  test("tells two details apart", () => {
    const of = (detail: string) => fingerprintOf("pod-oom", { ...found, detail });
    expect(of("app")).not.toBe(of("sidecar"));
  });
});

describe("an anomaly that is seen again", () => {
  const first = liveAnomaly(detector, found, 5_000);

  test("keeps when it was first seen, its earliest onset and its worst severity", () => {
    const again = liveAnomaly(detector, { ...found, severity: "medium", startsAt: 3_000, value: 2 }, 10_000, first);
    expect(again.anomaly).toMatchObject({ severity: "high", startsAt: 1_000, detectedAt: 5_000, value: 2 });
    expect(again.lastSeenAt).toBe(10_000);
    const earlier = liveAnomaly(detector, { ...found, severity: "critical", startsAt: 500 }, 10_000, first);
    expect(earlier.anomaly).toMatchObject({
      severity: "critical",
      startsAt: 500,
      fingerprint: first.anomaly.fingerprint,
    });
  });

  test("never began in the future", () => {
    expect(liveAnomaly(detector, { ...found, startsAt: 9_000 }, 5_000).anomaly.startsAt).toBe(5_000);
  });

  test("has the nature of its detector unless the finding says another", () => {
    expect(first.nature).toBe("fault");
    expect(liveAnomaly(detector, { ...found, nature: "symptom" }, 5_000).nature).toBe("symptom");
    expect([first.soft, first.fading, first.anomaly.score]).toEqual([false, false, 1]);
    expect(liveAnomaly({ ...detector, corroborates: true }, { ...found, fading: true }, 5_000)).toMatchObject({
      soft: true,
      fading: true,
    });
  });
});
