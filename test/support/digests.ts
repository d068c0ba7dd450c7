import type { Digest } from "../../src/incident/report/digest.ts";
import { clean } from "./incident-view.ts";

const hour = 3_600_000;
const to = Date.parse("2026-11-21T07:00:00Z");
const from = to - 24 * hour;
const none = { critical: 0, high: 0, medium: 0, low: 0 };
const carts = { kind: "Deployment", namespace: "shop", name: "carts" } as const;

/** A day on which nothing happened. */
export const quietDigest: Digest = {
  cluster: "berlin",
  period: "daily",
  from,
  to,
  opened: 0,
  resolved: 0,
  before: { opened: 0, resolved: 0 },
  slices: Array.from({ length: 12 }, (_, index) => ({ at: from + index * 2 * hour, opened: none })),
  open: [],
  openMore: 0,
  recent: [],
  recentMore: 0,
  causes: [],
  fixes: [],
  noisy: [],
  predicted: [],
  risks: [],
  risksMore: 0,
  ending: [],
};

const memory = {
  id: "12",
  title: clean("carts is killed for exceeding its memory limit"),
  severity: "high",
  status: "resolved",
  openedAt: to - 9 * hour,
  resolvedAt: to - 9 * hour + 260_000,
  cause: { code: "memory-limit-too-low", culprit: carts, probability: 0.97, undecided: false },
} as const;
const disk = {
  id: "14",
  title: clean("volume data-carts-db-0 will run out in about 5 h (3 to 8 h)"),
  severity: "medium",
  status: "acknowledged",
  openedAt: to - 2 * hour,
} as const;

/** A day with something of everything. */
export const busyDigest: Digest = {
  ...quietDigest,
  opened: 3,
  resolved: 2,
  before: { opened: 5, resolved: 2 },
  timeToDetect: { meanMs: 12_000, medianMs: 9_000, incidents: 3 },
  timeToRecover: { meanMs: 300_000, medianMs: 300_000, incidents: 2 },
  slices: quietDigest.slices.map((slice, index) =>
    index === 7
      ? { ...slice, opened: { ...none, high: 2 } }
      : index === 11
        ? { ...slice, opened: { ...none, medium: 1 } }
        : slice,
  ),
  open: [disk],
  recent: [disk, memory],
  recentMore: 1,
  causes: [{ cause: "memory-limit-too-low", incidents: 2, culprit: carts }],
  fixes: [
    {
      incidentId: "12",
      title: "Change resources of Deployment shop/carts",
      at: to - 9 * hour + 60_000,
      outcome: "recovered",
    },
    { incidentId: "13", title: "Restart Deployment shop/orders", at: to - 8 * hour, outcome: "undone" },
  ],
  noisy: [{ detector: "latency", incidents: 3, passing: 2 }],
  predicted: [{ incidentId: "14", text: clean("data-carts-db-0 will be full in about 5 h (3 to 8 h)"), open: true }],
  risks: [
    {
      code: "single-database",
      target: { kind: "StatefulSet", namespace: "shop", name: "carts-db" },
      level: "risk",
      text: clean("carts-db is one database without a second instance; carts and orders stop with it."),
      advice: clean("Run a second instance, or know how long a restore takes."),
      isNew: true,
    },
  ],
  risksMore: 4,
  ending: [
    {
      id: "3",
      cluster: "berlin",
      matcher: { namespace: "shop", kind: "Deployment", name: "payment" },
      from: from - hour,
      until: to + 5 * hour,
      reason: "moves to the new provider",
      by: { id: "slack:U1", name: "Ada" },
      createdAt: from - hour,
    },
  ],
};
