import { makeRef } from "../../incident/object-ref.ts";
import type { Detector } from "../detector.ts";
import { usersOfClaim } from "./disk-forecast.ts";
import { createLevelShift } from "./level-shift.ts";
import { percent } from "./who.ts";

/** File systems keep some blocks for root: processes get ENOSPC before the last percents. */
const fullFrom = 0.98;
const rightBelow = 0.96;

/**
 * A persistent volume that is full: what writes to it fails now, or with the next file. Source:
 * `kubelet_volume_stats_used_bytes` against the capacity, or inodes in use against those there are. Not a fault: one that is nearly full and has room left.
 */
export const volumeFull = (): Detector =>
  createLevelShift({
    name: "volume-full",
    nature: "fault",
    series: "volume_used_ratio",
    wrong: ({ value }) => value >= fullFrom,
    right: ({ value }) => value < rightBelow,
    finding({ series, value }, since, context) {
      const { namespace = "", claim = "" } = series.labels;
      return {
        reason: "volume-full",
        target: makeRef("PersistentVolumeClaim", namespace, claim),
        severity: "high",
        score: 1,
        headline: `is ${percent(value)} full`,
        summary: `The volume of PersistentVolumeClaim ${claim} is ${percent(value)} full: writing to it fails`,
        startsAt: since,
        series: { name: "volume_used_ratio", labels: series.labels },
        value,
        expected: fullFrom,
        unit: "ratio",
        related: usersOfClaim(namespace, claim, context),
      };
    },
  });
