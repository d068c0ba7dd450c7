import { makeRef } from "../../incident/object-ref.ts";
import type { Detector } from "../detector.ts";
import { createLevelShift } from "./level-shift.ts";
import { leastGapMs } from "./shift-rhythm.ts";
import { percent, scoreOf } from "./who.ts";

/**
 * A node out of CPU: its pods slow each other down whatever their limits. Source: CPU used by the node's root cgroup. Not a
 * fault: bursts below half a minute, a node that always runs this full, or does so on a schedule.
 */
export const nodeCpu = (): Detector =>
  createLevelShift({
    name: "node-cpu",
    nature: "failure",
    series: "node_cpu_ratio",
    holdPoints: 6,
    clearPoints: 4,
    rhythmMs: leastGapMs.unfelt,
    wrong: ({ value, baseline, learned }) => learned && value >= 0.92 && value > baseline.high + 0.1,
    right: ({ value }) => value < 0.85,
    finding({ series, value, baseline }, since) {
      const node = series.labels.node ?? "node";
      return {
        reason: "node-cpu-saturated",
        target: makeRef("Node", undefined, node),
        severity: "medium",
        score: scoreOf(value, baseline.median, 0.05),
        headline: "is out of CPU",
        summary: `Node ${node} uses ${percent(value)} of its CPU; usually ${percent(baseline.median)}`,
        startsAt: since,
        series: { name: "node_cpu_ratio", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "ratio",
      };
    },
  });
