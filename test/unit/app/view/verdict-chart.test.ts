import { describe, expect, test } from "vitest";
import { measureChange } from "../../../../src/app/plans/measure-change.ts";
import { unitOf } from "../../../../src/app/view/unit-of.ts";
import { verdictChartOf } from "../../../../src/app/view/verdict-chart.ts";
import { createChartPainter } from "../../../../src/bot/charts/chart-painter.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { measuresText, valueText } from "../../../../src/incident/fix/measure-text.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { clean, incidentView, planView } from "../../../support/incident-view.ts";

const { onset } = incidentView.incident;
const appliedAt = onset + 120_000;
const judgedAt = onset + 240_000;

/** A frontend that fails from the onset until the change. */
function observed() {
  const observation = createObservation({ cluster: "test" });
  for (let at = onset - 300_000; at <= judgedAt; at += 5_000) {
    const failing = at >= onset && at < appliedAt;
    observation.series.push("error_ratio", { namespace: "shop", workload: "frontend" }, at, failing ? 0.4 : 0);
    observation.series.push(
      "latency_mean_seconds",
      { namespace: "shop", workload: "frontend" },
      at,
      failing ? 1.5 : 0.025,
    );
  }
  return observation;
}

function anomaly(name: string, workload: string, startsAt = onset): Anomaly {
  return {
    fingerprint: `${name} ${workload}`,
    detector: "test",
    family: "metric",
    reason: name,
    target: makeRef("Deployment", "shop", workload),
    score: 1,
    severity: "high",
    summary: name,
    startsAt,
    detectedAt: startsAt,
    series: { name, labels: { namespace: "shop", workload } },
  };
}

const anomalies = [
  anomaly("error_ratio", "frontend"),
  anomaly("error_ratio", "frontend"),
  anomaly("latency_mean_seconds", "frontend"),
  // Began after the change; it says nothing about what the change was to end.
  anomaly("requests_per_second", "frontend", appliedAt + 1),
  // Nothing is remembered of it.
  anomaly("error_ratio", "forgotten"),
];
const incident = { ...incidentView.incident, anomalies };

describe("what the symptoms measured", () => {
  test("before the change and when it was judged, each series once", () => {
    const measures = measureChange(incident, observed(), unitOf, { appliedAt, now: judgedAt });
    expect(measures.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      "frontend: failed requests ratio",
      "frontend: time per request s",
    ]);
    const [errors, latency] = measures;
    expect(errors?.before).toBeGreaterThan(0.35);
    expect(errors?.after).toBe(0);
    expect(latency?.after).toBeCloseTo(0.025);
    expect(measuresText([{ name: "frontend: failed requests", unit: "ratio", before: 0.4, after: 0 }])).toBe(
      "frontend: failed requests 40 % before, 0 % after",
    );
  });

  test("a trouble that shows only in states is measured by what people felt of it", () => {
    const affected = [makeRef("Deployment", "shop", "frontend"), makeRef("Deployment", "shop", "quiet")];
    const observation = observed();
    for (let at = onset; at <= judgedAt; at += 5_000)
      observation.series.push("error_ratio", { namespace: "shop", workload: "quiet" }, at, 0);
    const measures = measureChange({ ...incident, anomalies: [], affected }, observation, unitOf, {
      appliedAt,
      now: judgedAt,
    });
    expect(measures.map(({ name }) => name)).toEqual(["frontend: failed requests"]);
  });

  test("nothing is made up where nothing was measured", () => {
    const empty = createObservation({ cluster: "test" });
    expect(measureChange(incident, empty, unitOf, { appliedAt, now: judgedAt })).toEqual([]);
  });

  test.each([
    [0.384, "ratio", "38 %"],
    [45e6, "bytes", "43 MiB"],
    [3 * 1024 ** 3, "bytes", "3 GiB"],
    [0.0251, "s", "25 ms"],
    [1.234, "s", "1.2 s"],
    [812.4, "1/s", "812 a second"],
    [3, "count", "3"],
  ])("%d %s is %s", (value, unit, want) => {
    expect(valueText(value, unit)).toBe(want);
  });
});

describe("the picture of before and after", () => {
  const verification = {
    planId: "11",
    verdict: "recovered",
    reason: "gone",
    at: judgedAt,
    remaining: [],
    fresh: [],
  } as const;
  const view = {
    ...incidentView,
    incident,
    timeline: [{ id: "1", at: appliedAt, kind: "applied", text: clean("Applied.") }],
  };

  test("shows the change between the trouble and its end, and can be drawn", async () => {
    const data = verdictChartOf(view, { ...planView, verification }, observed(), unitOf);
    expect(data).toMatchObject({ from: appliedAt - 300_000, to: judgedAt });
    expect(data?.marks).toEqual([
      { at: onset, label: "onset", kind: "onset" },
      { at: appliedAt, label: "fix applied", kind: "fix" },
      { at: judgedAt, label: "it helped", kind: "recovery" },
    ]);
    const [line] = data?.panels[0]?.lines ?? [];
    expect(line?.points.some((point) => point.at < appliedAt && point.value > 0)).toBe(true);
    expect(line?.points.at(-1)?.value).toBe(0);
    await using painter = createChartPainter();
    if (!data) throw new Error("there is a chart");
    expect((await painter.draw(data)).subarray(1, 4).toString()).toBe("PNG");
  });

  test("there is none before the verdict, and none of what nobody remembers", () => {
    expect(verdictChartOf(view, planView, observed(), unitOf)).toBeUndefined();
    const empty = createObservation({ cluster: "test" });
    expect(verdictChartOf(view, { ...planView, verification }, empty, unitOf)).toBeUndefined();
  });
});
