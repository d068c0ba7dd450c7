import { makeRef } from "../../incident/object-ref.ts";
import type { Detector } from "../detector.ts";
import { createLevelShift } from "./level-shift.ts";
import { percent } from "./who.ts";

/** The kubelet begins to delete images at 85 % and to evict pods at 90 % (its defaults). */
const evictionLine = 0.88;

/** A node whose disk fills up. Source: use of the node's root file system. Not a fault: a disk that is large and half full. */
export const nodeDisk = (): Detector =>
  createLevelShift({
    name: "node-disk",
    nature: "failure",
    series: "node_filesystem_ratio",
    holdPoints: 3,
    clearPoints: 3,
    wrong: ({ value }) => value >= evictionLine,
    right: ({ value }) => value < evictionLine - 0.03,
    finding({ series, value, baseline }, since) {
      const node = series.labels.node ?? "node";
      return {
        reason: "node-disk-filling",
        target: makeRef("Node", undefined, node),
        severity: value >= 0.93 ? "high" : "medium",
        headline: `has a disk that is ${percent(value)} full`,
        summary: `The disk of node ${node} is ${percent(value)} full; the kubelet evicts pods from 90 % on`,
        startsAt: since,
        series: { name: "node_filesystem_ratio", labels: series.labels },
        value,
        expected: baseline.count > 0 ? baseline.median : 0,
        unit: "ratio",
      };
    },
  });
