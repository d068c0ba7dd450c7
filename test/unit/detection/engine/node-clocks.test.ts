import { describe, expect, test } from "vitest";
import { createClockBook } from "../../../../src/cluster/clock-book.ts";
import type { KubeEvent, KubeObject, Pod } from "../../../../src/cluster/kubernetes-types.ts";
import { asKind } from "../../../../src/cluster/kubernetes-types.ts";
import { createNodeClocks } from "../../../../src/detection/engine/node-clocks.ts";

const minute = 60_000;
const noon = Date.parse("2026-11-20T12:00:00Z");
const iso = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

interface Told {
  readonly node?: string;
  /** By the API server's clock. */
  readonly madeAt: number;
  /** By the node's. */
  readonly startedAt?: number;
  readonly annotations?: Record<string, string>;
}

const pod = ({ node = "a", madeAt, startedAt, annotations = {} }: Told): KubeObject & Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop", uid: "u", creationTimestamp: iso(madeAt), annotations },
  spec: { nodeName: node, containers: [{ name: "app" }] },
  status: {
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: iso(madeAt) },
      ...(startedAt === undefined ? [] : [{ type: "Ready", status: "True", lastTransitionTime: iso(startedAt) }]),
    ],
    ...(startedAt !== undefined && {
      startTime: iso(startedAt),
      containerStatuses: [
        {
          name: "app",
          restartCount: 1,
          state: { running: { startedAt: iso(startedAt) } },
          lastState: { terminated: { exitCode: 1, startedAt: iso(startedAt), finishedAt: iso(startedAt) } },
        },
      ],
    }),
  },
});

const event = (told: { madeAt: number; stampedAt: number; count?: number; host?: string }): KubeEvent => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "e", namespace: "shop", uid: "e", creationTimestamp: iso(told.madeAt) },
  involvedObject: { kind: "Pod", namespace: "shop", name: "web-1" },
  firstTimestamp: iso(told.stampedAt),
  lastTimestamp: iso(told.stampedAt),
  count: told.count ?? 1,
  source: { component: "kubelet", ...(told.host === undefined ? {} : { host: told.host }) },
});

const clocks = () =>
  createNodeClocks({ nodeOf: (_namespace, name) => (name === "web-1" ? "a" : undefined), book: createClockBook() });
/** Another object of the node has told the same already. */
const told = (known: ReturnType<typeof clocks>, madeAt: number, aheadMs: number, node = "a") => {
  known.event(
    {
      ...event({ madeAt, stampedAt: madeAt + aheadMs, host: node }),
      metadata: { name: "f", uid: "f", creationTimestamp: iso(madeAt) },
    },
    madeAt,
  );
  return known;
};
const line = (at: number, name = "web-1") => ({ at, namespace: "shop", pod: name, container: "app", line: "x" });
const memory = (at: number, node = "a", value = 1) => ({
  series: { name: "container_memory_working_set_bytes", labels: { node, namespace: "shop", pod: "web-1" } },
  at,
  value,
});

describe("a node's clock against the API server's", () => {
  test("what is stamped in the future proves one that is ahead, and all that it stamps is put right", () => {
    const known = told(clocks(), noon, 90_000);
    const seen = asKind(known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon), "Pod");
    expect(known.wrong).toEqual(new Map([["a", 90_000]]));
    const status = seen?.status?.containerStatuses?.[0];
    for (const stamp of [
      seen?.status?.startTime,
      status?.state?.running?.startedAt,
      status?.lastState?.terminated?.startedAt,
      status?.lastState?.terminated?.finishedAt,
      seen?.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime,
      seen?.status?.conditions?.find(({ type }) => type === "PodScheduled")?.lastTransitionTime,
    ])
      expect(Date.parse(stamp ?? "")).toBe(noon);
    expect(known.line(line(noon + 95_000), noon + 5_000).at).toBe(noon + 5_000);
    const moved = known.event(event({ madeAt: noon + 3_000, stampedAt: noon + 93_000, host: "a" }), noon + 3_000);
    expect([moved.firstTimestamp, moved.lastTimestamp].map((text) => Date.parse(text ?? ""))).toEqual([
      noon + 3_000,
      noon + 3_000,
    ]);
  });

  test("what has started before it was scheduled proves one that is behind", () => {
    const known = clocks();
    const seen = asKind(known.object(pod({ madeAt: noon, startedAt: noon - 90_000 }), noon + 1_000), "Pod");
    expect(known.wrong).toEqual(new Map([["a", -90_000]]));
    expect(Date.parse(seen?.status?.startTime ?? "")).toBe(noon);
  });

  test("an event that comes late is laid beside its own receipt by the API server", () => {
    const known = told(clocks(), noon, 30_000);
    known.event(event({ madeAt: noon, stampedAt: noon + 30_000, host: "a" }), noon + 5 * minute);
    expect(known.wrong).toEqual(new Map([["a", 30_000]]));
  });

  test.each<[string, (known: ReturnType<typeof clocks>) => void]>([
    ["a pod that starts at once", (known) => known.object(pod({ madeAt: noon, startedAt: noon }), noon)],
    [
      "an image that takes minutes",
      (known) => known.object(pod({ madeAt: noon, startedAt: noon + 4 * minute }), noon + 4 * minute),
    ],
    ["news that comes late", (known) => known.object(pod({ madeAt: noon, startedAt: noon }), noon + 9 * minute)],
    [
      "a static pod, which runs before the API server knows it",
      (known) =>
        known.object(
          pod({ madeAt: noon, startedAt: noon - 3 * minute, annotations: { "kubernetes.io/config.mirror": "x" } }),
          noon,
        ),
    ],
    [
      "an event that repeats an old one",
      (known) => known.event(event({ madeAt: noon - 60 * minute, stampedAt: noon, count: 9, host: "a" }), noon),
    ],
    ["one odd stamp", (known) => known.object(pod({ madeAt: noon, startedAt: noon + minute }), noon)],
    ["an event of a controller", (known) => known.event(event({ madeAt: noon, stampedAt: noon + minute }), noon)],
    [
      "a pod without a node",
      (known) => known.object({ ...pod({ madeAt: noon, startedAt: noon + minute }), spec: { containers: [] } }, noon),
    ],
    [
      "stamps that are none",
      (known) => known.event({ ...event({ madeAt: noon, stampedAt: noon, host: "a" }), lastTimestamp: "soon" }, noon),
    ],
    [
      "a cluster that is ahead of whoever watches it",
      (known) => known.object(pod({ madeAt: noon + 90_000, startedAt: noon + 90_000 }), noon),
    ],
  ])("is believed in after %s", (_title, tell) => {
    const known = clocks();
    tell(known);
    expect(known.wrong.size).toBe(0);
    expect(known.line(line(noon), noon)).toEqual(line(noon));
  });

  test("that was put right is believed in again with the next pod that starts", () => {
    const known = told(clocks(), noon, 90_000);
    known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon);
    known.object(pod({ madeAt: noon + minute, startedAt: noon + minute }), noon + minute);
    expect(known.wrong.size).toBe(0);
  });

  test("that was put right is believed in again when lines come with its time, though stamps of before lie in the future", () => {
    const known = told(clocks(), noon, 60 * minute);
    known.object(pod({ madeAt: noon, startedAt: noon + 60 * minute }), noon);
    expect(known.wrong).toEqual(new Map([["a", 60 * minute]]));
    expect(known.line(line(noon + 1_000), noon + 2_000)).toEqual(line(noon + 1_000));
    expect(known.wrong.size).toBe(0);
  });

  test("of which nothing was heard for long is believed in again", () => {
    const known = told(clocks(), noon, 90_000);
    known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon);
    known.object(pod({ madeAt: noon }), noon + 30 * minute);
    expect(known.wrong.size).toBe(0);
  });

  test("is one node's own", () => {
    const known = told(clocks(), noon, 90_000);
    known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon);
    expect(known.line(line(noon + 95_000, "elsewhere"), noon)).toEqual(line(noon + 95_000, "elsewhere"));
    const other = pod({ node: "b", madeAt: noon, startedAt: noon });
    expect(known.object(other, noon)).toBe(other);
  });

  test("is told the same while it is true to a second: what was told once is told so again", () => {
    const known = told(clocks(), noon, 90_000);
    const first = asKind(known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon + 900), "Pod");
    const again = asKind(known.object(pod({ madeAt: noon, startedAt: noon + 90_000 }), noon + 100), "Pod");
    expect(again?.status?.startTime).toBe(first?.status?.startTime);
  });
});

describe("samples that a kubelet stamps", () => {
  test("in the future are of the time of their scrape, however far ahead its clock is", () => {
    const known = clocks();
    const moved = known.samples([memory(noon + 3_600_000), memory(noon + 3_590_000)], noon);
    expect(moved.map(({ at }) => at)).toEqual([noon, noon - 10_000]);
    // The next page is moved by the same, so that their distance stays.
    expect(known.samples([memory(noon + 3_600_000 + 14_000)], noon + 15_000).map(({ at }) => at)).toEqual([
      noon + 14_000,
    ]);
  });

  test("minutes ago, all of them, are of a clock that is behind by as much", () => {
    const known = clocks();
    const [moved] = known.samples([memory(noon - 300_000), memory(noon - 310_000)], noon);
    expect(moved?.at).toBe(noon);
    const [next] = known.samples([memory(noon - 285_000)], noon + 15_000);
    expect(next?.at).toBe(noon + 15_000);
    const stale = [memory(noon - 285_000), memory(noon + 29_000)];
    expect(known.samples(stale, noon + 30_000)).toEqual(stale);
  });

  test("are left alone when only one of them is odd, when others are meant, and as soon as the clock was put right", () => {
    const known = clocks();
    const odd = [memory(noon), memory(noon - 1_000), memory(noon + 3_600_000)];
    expect(known.samples(odd, noon)).toEqual(odd);
    const app = [{ series: { name: "http_requests_total", labels: { node: "a" } }, at: noon + 3_600_000, value: 1 }];
    expect(known.samples(app, noon)).toEqual(app);
    known.samples([memory(noon + 90_000)], noon);
    const later = [memory(noon + 15_000), memory(noon + 5_000)];
    expect(known.samples(later, noon + 15_000)).toEqual(later);
  });
});
